using SteelBrowser.Http;
using System.Net;
using System.Runtime.InteropServices;

namespace SteelBrowser;

/// <summary>The HTTP server on 127.0.0.1, and the signals that stop it.</summary>
internal sealed class WorkerServer : IAsyncDisposable
{
    // Requests that still run when we stop, such as one that hangs on purpose, are cut off after this.
    private static readonly TimeSpan StopGrace = TimeSpan.FromMilliseconds(300);

    private readonly WebApplication app;
    private readonly PosixSignalRegistration hangup;

    /// <param name="port">On which to listen.</param>
    /// <param name="maxBodyBytes">Of requests that do not allow themselves more.</param>
    /// <param name="handler">Answers them.</param>
    public WorkerServer(int port, long maxBodyBytes, RequestHandler handler)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = maxBodyBytes;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopGrace);
        app = builder.Build();
        app.UseWebSockets();
        app.Run(context => HandleAsync(context, handler));

        // A terminal that closes: the profile must go, too.
        hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            app.Lifetime.StopApplication();
        });
    }

    /// <summary>Raised by SIGTERM, SIGHUP and Ctrl-C.</summary>
    public CancellationToken Stopping => app.Lifetime.ApplicationStopping;

    /// <summary>Throws <see cref="IOException"/> when the port is taken.</summary>
    public Task StartAsync() => app.StartAsync();

    public Task StopAsync() => app.StopAsync();

    public ValueTask DisposeAsync()
    {
        hangup.Dispose();
        return app.DisposeAsync();
    }

    private static async Task HandleAsync(HttpContext context, RequestHandler handler)
    {
        try
        {
            if (await handler(context) is { } reply)
                await reply.WriteAsync(context.Response);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone: there is nobody to answer.
        }
    }
}
