using Steelyard.Cdp;
using Steelyard.Cluster;
using Steelyard.Dialects.Dashboard;
using Steelyard.Dialects.Operator;
using Steelyard.Dialects.Steel;
using Steelyard.Fabric;
using Steelyard.Hosting;
using Steelyard.Http;
using Steelyard.LiveView;
using Steelyard.Pool;
using Steelyard.Recordings;
using Steelyard.Records;
using Steelyard.Recovery;
using Steelyard.Requests;
using Steelyard.Sessions;
using Steelyard.Settings;
using Steelyard.Telemetry;
using Steelyard.Webhooks;
using Steelyard.Workers;

namespace Steelyard;

/// <summary>One node: composes its parts, and starts and stops them in order.</summary>
public sealed partial class Node : IAsyncDisposable
{
    private static readonly TimeSpan CopiesTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DrainPause = TimeSpan.FromMilliseconds(50);

    private readonly WebApplication app;
    private readonly RunDirectory runDirectory;
    private readonly Options options;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource loops = new();
    private CancellationToken atOnce;
    private readonly KeyRing keys;
    private readonly ILogger<Node> logger;
    private string? descriptors;
    private bool isLeft;
    private Task background = Task.CompletedTask;

    private Node(WebApplication app, RunDirectory runDirectory, KeyRing keys, Options options, TimeProvider time)
    {
        this.keys = keys;
        logger = app.Services.GetRequiredService<ILogger<Node>>();
        this.app = app;
        this.runDirectory = runDirectory;
        this.options = options;
        this.time = time;
    }

    /// <summary>The address on which the node listens, once it is started.</summary>
    public Uri Url => new(app.Urls.First());

    public WorkerPool Pool => app.Services.GetRequiredService<WorkerPool>();

    public SessionRegistry Sessions => app.Services.GetRequiredService<SessionRegistry>();

    private bool SessionsMove => options is { IsClustered: true, OnWorkerLost: OnWorkerLost.Restore };

    /// <summary>All routes of the node.</summary>
    internal IEnumerable<RouteEndpoint> Routes => app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    /// <summary>
    /// Composes a node. Throws <see cref="WorkerCommandException"/> when there is no such worker, <see cref="RunDirectoryException"/> when
    /// another node holds the run directory, and <see cref="IOException"/> when there are too few descriptors.
    /// </summary>
    public static Node Build(Options options, TimeProvider time)
    {
        var command = WorkerCommand.Of(options);
        (options, var descriptors) = MachineDefaults.Apply(options, command.Kind);
        var keys = new KeyRing(options);
        options = options with { ApiKeys = [], OperatorKeys = [] }; // Only hashes of the keys are kept, in the KeyRing.
        var cluster = NodeCluster.ReadSecret(options);
        var runDirectory = new RunDirectory(options.RunDirectory, options.MaxWorkerLogBytes);
        var secret = cluster?.Derive("ids") ?? runDirectory.Secret; // Any node of a cluster knows what another one has issued.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.AddConsoleLog(options, time);
        builder.AddListener(options, time);
        builder.AddTelemetry(options);
        builder.Services
            .AddSingleton(options)
            .AddSingleton(time)
            .AddSingleton(new Uptime(time))
            .AddPool(command, runDirectory, options, time)
            .AddSessions(runDirectory, secret, options, time)
            .AddHttp(keys)
            .AddSingleton<CdpAddresses>()
            .AddSingleton<AttachedClients>()
            .AddSingleton<Attacher>()
            .AddSingleton<CreateParser>()
            .AddSingleton(new LiveViewLinks(secret))
            .AddSingleton(new DashboardCookie(secret));
        builder.AddCluster(cluster, options, time);
        builder.Services.AddDialects().AddWebhook(options, time);
        var app = builder.Build();
        app.UseHttp(options);
        app.UseCluster(options);
        app.MapDialects();
        return new(app, runDirectory, keys, options, time) { descriptors = descriptors };
    }

    /// <summary>
    /// Takes over the workers and sessions of an earlier orchestrator, listens, and starts the warm workers. Does not wait for the workers.
    /// Throws <see cref="IOException"/> when the port is in use.
    /// </summary>
    /// <param name="stop">Ends the wait for the other nodes of a cluster.</param>
    public async Task StartAsync(CancellationToken stop = default)
    {
        var mayAdopt = await app.Services.GetRequiredService<IFabric>().StartAsync(stop);
        app.Services.GetRequiredService<SessionAdopter>().Adopt();
        if (!mayAdopt)
        {
            Sessions.EndAll(
                EndReason.WorkerLost, "its node was away for too long: other nodes may have said that it is lost", SessionEnd.NodeCutOff);
        }

        if (SessionsMove)
            app.Services.GetRequiredService<SessionCopier>().Notice();
        await app.StartAsync(CancellationToken.None);
        Pool.Start();
        background = Task.WhenAll(
            app.Services.GetRequiredService<WorkerHealth>().RunAsync(loops.Token),
            app.Services.GetRequiredService<WorkerLimiter>().RunAsync(Pool.Workers, Pool.Stop, loops.Token),
            app.Services.GetRequiredService<LastResort>().RunAsync(Pool.Workers, Pool.Stop, Pool.StopIdle, loops.Token),
            app.Services.GetRequiredService<SessionReaper>().RunAsync(loops.Token),
            app.Services.GetRequiredService<Artifacts>().RunAsync(loops.Token),
            app.Services.GetRequiredService<UsageWatch>().RunAsync(loops.Token),
            app.Services.GetRequiredService<IdleMemory>().RunAsync(loops.Token),
            app.Services.GetRequiredService<NodeSeries>().RunAsync(loops.Token),
            app.Services.GetRequiredService<RecordingKeeper>().RunAsync(loops.Token),
            app.Services.GetService<TlsCertificate>()?.RunAsync(logger, loops.Token) ?? Task.CompletedTask,
            app.Services.GetService<Webhook>()?.RunAsync(loops.Token) ?? Task.CompletedTask,
            options.IsClustered ? app.Services.GetRequiredService<ClaimRenewal>().RunAsync(time, loops.Token) : Task.CompletedTask,
            options.IsClustered ? app.Services.GetRequiredService<Takeover>().RunAsync(time, loops.Token) : Task.CompletedTask);
    }

    /// <summary>Refuses new work, tells attached clients, and treats sessions and workers as <paramref name="how"/> says.</summary>
    /// <param name="how">What happens to sessions and workers.</param>
    /// <param name="now">When cancelled, the node stops at once.</param>
    public async Task StopAsync(OnShutdown how, CancellationToken now)
    {
        atOnce = now;
        Pool.Refuse(); // First, because otherwise the workers of sessions that end now would go to waiting creates.
        if (how == OnShutdown.Drain)
            await DrainAsync(Task.Delay(Timeout.Infinite, now), now);
        if (how != OnShutdown.Leave || now.IsCancellationRequested)
            return;
        isLeft = true;
        app.Lifetime.StopApplication();
        await app.StopAsync(now);
    }

    /// <summary>Ends the sessions, unless they are left to a successor. Returns when no worker is left.</summary>
    public async ValueTask DisposeAsync()
    {
        app.Lifetime.StopApplication();
        app.Services.GetRequiredService<DashboardProcess>().Dispose(); // Its WebSockets would hold up the stop.
        Pool.Refuse();
        if (!isLeft)
        {
            Sessions.EndAll(EndReason.Drained, "the node shuts down");
            using var kill = atOnce.Register(Pool.KillAll);
            if (SessionsMove)
                await ForgetCopiesAsync();
            await Task.WhenAll(
                Pool.StopAllAsync(), app.StopAsync(atOnce), app.Services.GetRequiredService<IFabric>().DisposeAsync().AsTask());
            await app.Services.GetRequiredService<Leftovers>().KillAllAsync();
        }

        await loops.CancelAsync();
        await background.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await app.DisposeAsync();
        runDirectory.Dispose();
        loops.Dispose();
    }

    // No other node shall create them anew. A table that is away does not hold up the stop.
    private async Task ForgetCopiesAsync() =>
        await app.Services.GetRequiredService<SessionCopier>().EndEndedAsync(CancellationToken.None)
            .WaitAsync(CopiesTime, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
