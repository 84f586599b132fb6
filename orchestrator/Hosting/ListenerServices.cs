using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;
using Steelyard.Connections;
using Steelyard.Http;
using Steelyard.Settings;

namespace Steelyard.Hosting;

/// <summary>The web server with its listening socket, and the log.</summary>
internal static class ListenerServices
{
    /// <summary>Throws <see cref="TlsException"/>.</summary>
    public static void AddListener(this WebApplicationBuilder builder, Options options, TimeProvider time)
    {
        var certificate = options.TlsCert.Length > 0 ? new TlsCertificate(options, time) : null;
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            ConnectionLimits.Apply(kestrel, options);
            kestrel.Listen(IPAddress.Parse(options.Bind), options.Port, listener =>
            {
                ConnectionLimits.ShareOut(listener, options);
                if (certificate is not null)
                    UseTls(listener, certificate, options);
            });
        });
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
            builder.Services.AddSingleton(certificate);
        }

        builder.Services.Configure<SocketTransportOptions>(sockets =>
        {
            sockets.UnsafePreferInlineScheduling = true;
            sockets.WaitForDataBeforeAllocatingBuffer = false; // Costs 4 KiB per connection, and saves one system call per request.
            sockets.CreateBoundListenSocket = endpoint =>
                InheritedSocket.Take() ?? ListenSocket.Bind((IPEndPoint)endpoint, options.DeadPeerTimeout);
        });
        builder.Services
            .AddSingleton<SocketTransportFactory>()
            .AddSingleton<IConnectionListenerFactory, ClientListeners>()
            .AddSingleton<IHostLifetime, NoHostLifetime>()
            .AddSingleton<IdleMemory>()
            .Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout);
    }

    private static void UseTls(ListenOptions listener, TlsCertificate certificate, Options options)
    {
        listener.Protocols = HttpProtocols.Http1; // WebSockets and streams of our clients use one connection each.
        listener.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => new(certificate.Handshake),
            HandshakeTimeout = options.HeadTimeout,
        });
    }

    public static void AddConsoleLog(this WebApplicationBuilder builder, Options options, TimeProvider time)
    {
        if (options.LogFormat == LogFormat.Json)
            builder.Logging.AddJsonConsole(console =>
                (console.UseUtcTimestamp, console.TimestampFormat) = (true, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
        else
            builder.Logging.AddSimpleConsole(console =>
                (console.SingleLine, console.TimestampFormat) = (true, "yyyy-MM-dd HH:mm:ss.fff "));
        builder.Logging.SetMinimumLevel(options.LogLevel);
        builder.Logging.AddFilter("Microsoft", Least(options.LogLevel));

        // The node says in its own words what happens to its cluster, and to a request that it forwards.
        foreach (var library in new[] { "Orleans", "Polly", "Yarp" })
            builder.Logging.AddFilter(library, options.LogLevel == LogLevel.Debug ? LogLevel.Information : LogLevel.Error);
        builder.Logging.AddFilter("Steelyard.Fabric.Calls.NodeService", LogLevel.Error);

        // If this could log anything, the server would create an Activity and a log scope for each request. ErrorMiddleware logs errors.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

        // Why a start failed is told in a line, without a stack trace.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.Services.RemoveAll<ILoggerProvider>(); // It writes each line alone. Its formatters stay.
        var name = options.LogFormat == LogFormat.Json ? ConsoleFormatterNames.Json : ConsoleFormatterNames.Simple;
        builder.Services.AddSingleton<ILoggerProvider>(all => new ConsoleLog(
            all.GetServices<ConsoleFormatter>().Single(formatter => formatter.Name == name), Console.OpenStandardOutput(), time));
    }

    // What libraries log below a warning is about their own parts.
    private static LogLevel Least(LogLevel ours) => ours > LogLevel.Warning ? ours : LogLevel.Warning;
}
