using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Console;
using Steelyard.Api;
using Steelyard.Api.Steel;
using Steelyard.LiveView;
using Steelyard.Processes;
using Steelyard.Proxy;
using Steelyard.Sessions;
using Steelyard.Workers;

namespace Steelyard;

/// <summary>One node: its parts put together, started, and stopped in order.</summary>
public sealed class Orchestrator : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly RunDirectory runDirectory;
    private readonly Options options;
    private readonly CancellationTokenSource loops = new();
    private Task background = Task.CompletedTask;

    private Orchestrator(WebApplication app, RunDirectory runDirectory, Options options)
    {
        this.app = app;
        this.runDirectory = runDirectory;
        this.options = options;
    }

    /// <summary>The address it listens on, once started.</summary>
    public Uri Url => new(app.Urls.First());

    public WorkerPool Pool => app.Services.GetRequiredService<WorkerPool>();

    public SessionService Sessions => app.Services.GetRequiredService<SessionService>();

    /// <summary>Runs until a signal ends it. Returns the exit status.</summary>
    public static async Task<int> RunAsync(Options options)
    {
        if (!OperatingSystem.IsLinux())
        {
            await Console.Error.WriteLineAsync("steelyard: runs on Linux only: it watches its workers through pidfds and process groups. Elsewhere run it in a Linux container or VM.");
            return 1;
        }

        try
        {
            Subreaper.Enable();
            await using var orchestrator = Build(options, TimeProvider.System);
            await orchestrator.StartAsync();
            Banner.Print(orchestrator.Url, orchestrator.app.Services.GetRequiredService<WorkerCommand>(), orchestrator.options);
            _ = Banner.PrintAsync(orchestrator.app.Services.GetRequiredService<BrowserIsolation>());

            // The host minds SIGINT, SIGQUIT and SIGTERM. A terminal that closes must not leave the workers behind either.
            using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
            {
                signal.Cancel = true;
                orchestrator.app.Lifetime.StopApplication();
            });

            // Not WaitForShutdownAsync: it would wait for all requests to end before we have told anyone.
            await Task.Delay(Timeout.Infinite, orchestrator.app.Lifetime.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 0;
        }
        catch (WorkerCommandException e)
        {
            await Console.Error.WriteLineAsync($"steelyard: --worker: {e.Message}");
            return CommandLine.BadOptions;
        }
        catch (Exception e) when (e is RunDirectoryException or IOException or SocketException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"steelyard: {e.Message}");
            return 1;
        }
    }

    /// <summary>
    /// Puts a node together. Throws <see cref="WorkerCommandException"/> when there is no such worker and <see cref="RunDirectoryException"/> when
    /// another node has the run directory.
    /// </summary>
    public static Orchestrator Build(Options options, TimeProvider time)
    {
        var command = WorkerCommand.Parse(options.Worker, Environment.CurrentDirectory, WorkerCommand.FindBundled(AppContext.BaseDirectory), BrowserFinder.IsInstalled);
        if (options.MaxWorkers == 0)
            options = options with { MaxWorkers = Math.Min(MemoryBudget.Workers(command.Kind), options.LastWorkerPort - options.FirstWorkerPort + 1) };
        if (options.StartConcurrency == 0)
            options = options with { StartConcurrency = StartTurn.UsualNumber(command.Kind) };
        options = options with { Warm = Math.Min(options.Warm, options.MaxWorkers) };

        var secret = RandomNumberGenerator.GetBytes(32);
        var runDirectory = new RunDirectory(options.RunDirectory, options.MaxWorkerLogBytes);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null; // Ours is checked, with a better answer, in RequestBody.
            kestrel.Limits.MinRequestBodyDataRate = null; // Likewise.
            kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
            kestrel.Limits.MaxConcurrentUpgradedConnections = options.MaxConnections;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Listen(IPAddress.Parse(options.Bind), options.Port);
        });
        builder.Services.Configure<SocketTransportOptions>(sockets =>
        {
            sockets.UnsafePreferInlineScheduling = true;
            sockets.WaitForDataBeforeAllocatingBuffer = false; // 4 KiB a connection for one system call less a request.
            sockets.CreateBoundListenSocket = endpoint => Listen(endpoint, options.DeadPeerTimeout);
        });
        builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss.fff "));
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.Configure<ConsoleLoggerOptions>(console => (console.QueueFullMode, console.MaxQueueLength) = (ConsoleLoggerQueueFullMode.DropWrite, 10_000));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout);
        builder.Services
            .AddRoutingCore()
            .AddSingleton(options).AddSingleton(time).AddSingleton(command).AddSingleton(runDirectory)
            .AddSingleton<BrowserIsolation>().AddSingleton<WorkerLimiter>().AddSingleton<WorkerStarter>().AddSingleton<WorkerHealth>().AddSingleton<SessionPlacer>()
            .AddSingleton(services => new WorkerPool(services.GetRequiredService<WorkerStarter>(), options, time, services.GetRequiredService<ILogger<WorkerPool>>()))
            .AddSingleton(new SessionIdIssuer(options.NodeId, secret)).AddSingleton(new LiveViewLinks(secret))
            .AddSingleton(new SessionHistory(options.Tombstones))
            .AddSingleton<SessionQuotas>().AddSingleton<SessionService>().AddSingleton<ChosenIds>().AddSingleton<SessionReaper>().AddSingleton<KeyRing>()
            .AddSingleton<Attacher>().AddSingleton<WorkerForwarder>().AddSingleton<CreateParser>().AddSingleton<SessionDescriber>().AddSingleton<Artifacts>()
            .AddSingleton<SessionsDialect>().AddSingleton<DevToolsDialect>().AddSingleton<ConnectDialect>().AddSingleton<BrowserlessApi>()
            .AddSingleton<SteelDialect>().AddSingleton<SteelExtras>().AddSingleton<SteelPages>().AddSingleton<LiveViewApi>().AddSingleton<OperatorApi>();
        builder.Services.AddHttpForwarder();
        builder.Services.AddOpenApi(ApiDescription.Configure);

        var app = builder.Build();
        if (options.TrustedProxies.Count > 0)
            app.UseForwardedHeaders(Forwarding(options));
        app.UseMiddleware<Failures>();
        app.UseMiddleware<OriginGuard>();
        app.UseMiddleware<ApiKeys>();
        app.UseRouting();
        var routes = app.Described();
        app.Services.GetRequiredService<SessionsDialect>().Map(routes);
        app.Services.GetRequiredService<DevToolsDialect>().Map(routes);
        app.Services.GetRequiredService<ConnectDialect>().Map(routes);
        app.Services.GetRequiredService<BrowserlessApi>().Map(routes);
        app.Services.GetRequiredService<SteelDialect>().Map(routes);
        app.Services.GetRequiredService<SteelExtras>().Map(routes);
        app.Services.GetRequiredService<SteelPages>().Map(routes);
        app.Services.GetRequiredService<LiveViewApi>().Map(routes);
        app.Services.GetRequiredService<OperatorApi>().Map(routes);
        app.MapOpenApi(ApiDescription.Path);
        app.UseEndpoints(_ => { });
        return new(app, runDirectory, options);
    }

    private static ForwardedHeadersOptions Forwarding(Options options)
    {
        var forwarding = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedHost | ForwardedHeaders.XForwardedProto };
        forwarding.KnownProxies.Clear();
        forwarding.KnownIPNetworks.Clear();
        foreach (var proxy in options.TrustedProxies)
            forwarding.KnownProxies.Add(proxy);
        return forwarding;
    }

    // A client whose machine vanished sends no FIN: only the kernel's probes tell. Accepted sockets inherit the settings.
    private static Socket Listen(EndPoint endpoint, TimeSpan deadPeerTimeout)
    {
        const int Probes = 4;
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        var seconds = Math.Max(1, (int)deadPeerTimeout.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Math.Max(1, seconds / 2));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Math.Max(1, seconds / 2 / Probes));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
        return socket;
    }

    /// <summary>Listens, and starts the warm workers without waiting for them. Throws <see cref="IOException"/> when the port is taken.</summary>
    public async Task StartAsync()
    {
        await runDirectory.ClearAsync(app.Services.GetRequiredService<ILogger<RunDirectory>>());
        await app.StartAsync();
        Pool.Start();
        background = Task.WhenAll(
            app.Services.GetRequiredService<WorkerHealth>().RunAsync(loops.Token),
            app.Services.GetRequiredService<WorkerLimiter>().RunAsync(Pool, loops.Token),
            app.Services.GetRequiredService<SessionReaper>().RunAsync(loops.Token));
    }

    /// <summary>Refuses new work, tells attached clients, ends the sessions, and returns when no worker is left.</summary>
    public async ValueTask DisposeAsync()
    {
        app.Lifetime.StopApplication();
        Pool.Refuse(); // First, or the workers of the sessions that end now would go to those who wait.
        Sessions.Drain();
        await Task.WhenAll(Pool.StopAllAsync(), app.StopAsync());
        await loops.CancelAsync();
        await background.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await app.DisposeAsync();
        runDirectory.Dispose();
        loops.Dispose();
    }
}
