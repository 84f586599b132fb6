using System.Net;
using System.Runtime.InteropServices;
using SteelBrowser.Http;

namespace SteelBrowser;

/// <summary>The HTTP server on 127.0.0.1, and the signals that stop it.</summary>
internal sealed class WorkerServer : IAsyncDisposable
{
    // Requests that still run at shutdown, such as one that hangs on purpose, are aborted after this time.
    private static readonly TimeSpan StopGrace = TimeSpan.FromMilliseconds(300);

    private readonly WebApplication app;
    private readonly PosixSignalRegistration hangup;

    /// <param name="port">Port on which the server listens.</param>
    /// <param name="listener">Descriptor of a socket that listens on the port already; null to open one.</param>
    /// <param name="maxBodyBytes">Maximum body size of a request; a handler can set another one for its request.</param>
    /// <param name="handler">Answers the requests.</param>
    public WorkerServer(int port, uint? listener, long maxBodyBytes, RequestHandler handler)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = maxBodyBytes;
            if (listener is { } inherited)
                kestrel.ListenHandle(inherited);
            else
                kestrel.Listen(IPAddress.Loopback, port);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopGrace);
        app = builder.Build();
        app.UseWebSockets();
        app.Run(context => HandleAsync(context, handler));

        // When its terminal closes, the worker stops in the normal way, so that the profile is deleted.
        hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            app.Lifetime.StopApplication();
        });
    }

    /// <summary>Cancelled by SIGTERM, SIGHUP and Ctrl-C.</summary>
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
