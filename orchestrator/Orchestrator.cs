using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Console;
using Steelyard.Api;
using Steelyard.Api.Steel;
using Steelyard.Connections;
using Steelyard.History;
using Steelyard.LiveView;
using Steelyard.Processes;
using Steelyard.Proxy;
using Steelyard.Sessions;
using Steelyard.Workers;

namespace Steelyard;

/// <summary>One node: its parts put together, started, and stopped in order.</summary>
public sealed class Orchestrator : IAsyncDisposable
{
    private static readonly TimeSpan DrainPause = TimeSpan.FromMilliseconds(50);

    private readonly WebApplication app;
    private readonly RunDirectory runDirectory;
    private readonly Options options;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource loops = new();
    private CancellationToken atOnce;
    private string? descriptors;
    private bool isLeft;
    private Task background = Task.CompletedTask;

    private Orchestrator(WebApplication app, RunDirectory runDirectory, Options options, TimeProvider time)
    {
        this.app = app;
        this.runDirectory = runDirectory;
        this.options = options;
        this.time = time;
    }

    /// <summary>The address it listens on, once started.</summary>
    public Uri Url => new(app.Urls.First());

    public WorkerPool Pool => app.Services.GetRequiredService<WorkerPool>();

    public SessionService Sessions => app.Services.GetRequiredService<SessionService>();

    /// <summary>All routes.</summary>
    internal IEnumerable<RouteEndpoint> Routes => app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

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
            using var signals = new StopSignals();
            var supervisor = options.Supervised ? Supervisor.ExitedAsync() : Task.Delay(Timeout.Infinite);
            await using var orchestrator = Build(options, TimeProvider.System);
            await orchestrator.StartAsync();
            Banner.Print(orchestrator.Url, orchestrator.app.Services.GetRequiredService<WorkerCommand>(), orchestrator.options, orchestrator.descriptors);
            _ = Banner.PrintAsync(orchestrator.app.Services.GetRequiredService<BrowserIsolation>(), orchestrator.options);

            await Task.WhenAny(signals.First, supervisor);
            await orchestrator.StopAsync(signals.First.IsCompleted ? options.OnShutdown : OnShutdown.Leave, signals.Second);
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
    /// Puts a node together. Throws <see cref="WorkerCommandException"/> when there is no such worker and
    /// <see cref="RunDirectoryException"/> when another node has the run directory, and <see cref="IOException"/> when there are too few
    /// descriptors.
    /// </summary>
    public static Orchestrator Build(Options options, TimeProvider time)
    {
        var command = WorkerCommand.Parse(options.Worker, Environment.CurrentDirectory, WorkerCommand.FindBundled(AppContext.BaseDirectory), BrowserFinder.IsInstalled, options.WorkerApi);
        if (options.MaxWorkers == 0)
            options = options with { MaxWorkers = Math.Min(MemoryBudget.Workers(command.Kind), options.LastWorkerPort - options.FirstWorkerPort + 1) };
        if (options.StartConcurrency == 0)
            options = options with { StartConcurrency = StartTurn.UsualNumber(command.Kind) };
        (options, var descriptors) = DescriptorBudget.Apply(options, ProcessLimits.Descriptors);
        if (options.MaxPageCalls == 0)
            options = options with { MaxPageCalls = Math.Max(1, options.MaxWorkers / 2) };
        options = options with { Warm = Math.Min(options.Warm, options.MaxWorkers) };

        var keys = new KeyRing(options);
        options = options with { ApiKeys = [], OperatorKeys = [] }; // Only their hashes stay.
        var runDirectory = new RunDirectory(options.RunDirectory, options.MaxWorkerLogBytes);
        var ledger = new SessionLedger(runDirectory);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            ConnectionLimits.Apply(kestrel, options);
            kestrel.Listen(IPAddress.Parse(options.Bind), options.Port, listener => ConnectionLimits.ShareOut(listener, options));
        });
        builder.Services.Configure<SocketTransportOptions>(sockets =>
        {
            sockets.UnsafePreferInlineScheduling = true;
            sockets.WaitForDataBeforeAllocatingBuffer = false; // 4 KiB a connection for one system call less a request.
            sockets.CreateBoundListenSocket = endpoint => InheritedSocket.Take() ?? ListenSocket.Bind((IPEndPoint)endpoint, options.DeadPeerTimeout);
        });
        builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss.fff "));
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Yarp", LogLevel.Warning);
        builder.Services.Configure<ConsoleLoggerOptions>(console => (console.QueueFullMode, console.MaxQueueLength) = (ConsoleLoggerQueueFullMode.DropWrite, 10_000));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout);
        builder.Services
            .AddRoutingCore()
            .AddSingleton<SocketTransportFactory>().AddSingleton<IConnectionListenerFactory, ClientListeners>().AddSingleton<WrongKeys>().AddSingleton<WorkerMemory>()
            .AddSingleton(options).AddSingleton(time).AddSingleton(command).AddSingleton(command.Api).AddSingleton(runDirectory).AddSingleton(ledger).AddSingleton(new ReplyMemory(options.ListMemoryBytes)).AddSingleton<IMachine, Machine>().AddSingleton<WorkerProcesses>().AddSingleton<Leftovers>().AddSingleton<IHostLifetime, NoHostLifetime>()
            .AddSingleton<BrowserIsolation>().AddSingleton<WorkerLimiter>().AddSingleton<WorkerStarter>().AddSingleton<WorkerAdopter>().AddSingleton<WorkerHealth>().AddSingleton<SessionPlacer>()
            .AddSingleton(services => new WorkerPool(services.GetRequiredService<WorkerStarter>(), options, time, services.GetRequiredService<ILogger<WorkerPool>>()))
            .AddSingleton(new SessionIdIssuer(options.NodeId, runDirectory.Secret)).AddSingleton(new LiveViewLinks(runDirectory.Secret))
            .AddSingleton(services => new SessionHistory(
                options.Tombstones, options.HistoryAge, time, HistoryStore.Open(options, time, services.GetRequiredService<ILogger<HistoryStore>>())))
            .AddSingleton(new SessionRecords(ledger, runDirectory, ProcessIdentity.ThisBoot)).AddSingleton<SessionAdopter>().AddSingleton<SessionQuotas>().AddSingleton<SessionService>().AddSingleton<ChosenIds>().AddSingleton<SessionReaper>().AddSingleton(keys)
            .AddSingleton<Attacher>().AddSingleton<WorkerForwarder>().AddSingleton<CreateParser>().AddSingleton<SessionLister>().AddSingleton<SessionDescriber>().AddSingleton<Artifacts>().AddSingleton<PageTurns>().AddSingleton<UsageWatch>()
            .AddSingleton<SessionsDialect>().AddSingleton<DevToolsDialect>().AddSingleton<ConnectDialect>().AddSingleton<BrowserlessApi>()
            .AddSingleton<SteelDialect>().AddSingleton<SteelExtras>().AddSingleton<SteelPages>().AddSingleton<LiveViewApi>().AddSingleton<HistoryApi>().AddSingleton<OperatorApi>().AddSingleton<IdleMemory>();
        builder.Services.AddHttpForwarder();
        builder.Services.AddOpenApi(ApiDescription.Configure);

        var app = builder.Build();
        if (options.TrustedProxies.Count > 0)
            app.UseForwardedHeaders(Forwarding(options));
        app.UseMiddleware<Failures>();
        app.UseRouting(); // First: what a route declares decides whom the guard lets in.
        app.UseMiddleware<OriginGuard>();
        app.UseMiddleware<ApiKeys>();
        var routes = app.Described();
        app.Services.GetRequiredService<SessionsDialect>().Map(routes);
        app.Services.GetRequiredService<DevToolsDialect>().Map(routes);
        app.Services.GetRequiredService<ConnectDialect>().Map(routes);
        app.Services.GetRequiredService<BrowserlessApi>().Map(routes);
        app.Services.GetRequiredService<SteelDialect>().Map(routes);
        app.Services.GetRequiredService<SteelExtras>().Map(routes);
        app.Services.GetRequiredService<SteelPages>().Map(routes);
        app.Services.GetRequiredService<LiveViewApi>().Map(routes);
        app.Services.GetRequiredService<HistoryApi>().Map(routes);
        app.Services.GetRequiredService<OperatorApi>().Map(routes);
        app.MapOpenApi(ApiDescription.Path).Reads();
        app.UseEndpoints(_ => { });
        return new(app, runDirectory, options, time) { descriptors = descriptors };
    }

    private static ForwardedHeadersOptions Forwarding(Options options)
    {
        var forwarding = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedHost | ForwardedHeaders.XForwardedProto,
            ForwardLimit = null, // Through as many as are trusted.
        };
        forwarding.KnownProxies.Clear();
        forwarding.KnownIPNetworks.Clear();
        foreach (var proxy in options.TrustedProxies)
            forwarding.KnownProxies.Add(proxy);
        return forwarding;
    }

    /// <summary>
    /// Takes over what an earlier orchestrator has left, listens, and starts the warm workers; waits for none of them. Throws
    /// <see cref="IOException"/> when the port is taken.
    /// </summary>
    public async Task StartAsync()
    {
        app.Services.GetRequiredService<SessionAdopter>().Adopt();
        await app.StartAsync();
        Pool.Start();
        background = Task.WhenAll(
            app.Services.GetRequiredService<WorkerHealth>().RunAsync(loops.Token),
            app.Services.GetRequiredService<WorkerLimiter>().RunAsync(Pool, loops.Token),
            app.Services.GetRequiredService<SessionReaper>().RunAsync(loops.Token),
            app.Services.GetRequiredService<Artifacts>().RunAsync(loops.Token),
            app.Services.GetRequiredService<UsageWatch>().RunAsync(loops.Token),
            app.Services.GetRequiredService<IdleMemory>().RunAsync(loops.Token));
    }

    /// <summary>Refuses new work, tells attached clients, and does with sessions and workers as <paramref name="how"/> says.</summary>
    /// <param name="how">What becomes of sessions and workers.</param>
    /// <param name="now">Stops at once, whatever was asked.</param>
    public async Task StopAsync(OnShutdown how, CancellationToken now)
    {
        atOnce = now;
        Pool.Refuse(); // First, or the workers of the sessions that end now would go to those who wait.
        if (how == OnShutdown.Drain)
            await DrainAsync(now);
        if (how != OnShutdown.Leave || now.IsCancellationRequested)
            return;
        isLeft = true;
        app.Lifetime.StopApplication();
        await app.StopAsync(now);
    }

    /// <summary>Ends the sessions, unless they are left to a successor, and returns when no worker is left.</summary>
    public async ValueTask DisposeAsync()
    {
        app.Lifetime.StopApplication();
        Pool.Refuse();
        if (!isLeft)
        {
            Sessions.Drain();
            using var kill = atOnce.Register(Pool.KillAll);
            await Task.WhenAll(Pool.StopAllAsync(), app.StopAsync(atOnce));
            await app.Services.GetRequiredService<Leftovers>().KillAllAsync();
        }

        await loops.CancelAsync();
        await background.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await app.DisposeAsync();
        runDirectory.Dispose();
        loops.Dispose();
    }

    private async Task DrainAsync(CancellationToken now)
    {
        using var timer = new CancellationTokenSource(options.DrainTimeout, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, now);
        while (Sessions.Live.Any() && !over.IsCancellationRequested)
            await Task.Delay(DrainPause, time, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
