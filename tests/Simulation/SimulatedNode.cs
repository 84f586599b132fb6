using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Steelyard.Dialects.Challenge;
using Steelyard.Events;
using Steelyard.Http;
using Steelyard.Machine;
using Steelyard.Pool;
using Steelyard.Recordings;
using Steelyard.Records;
using Steelyard.Recovery;
using Steelyard.Sessions;
using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Tests.Simulation;

/// <summary>One life of an orchestrator: the real classes of the product, from the dialect down, on the simulated machine.</summary>
internal sealed class SimulatedNode : IEndpointRouteBuilder
{
    private static readonly IServiceProvider NoServices = new ServiceCollection().BuildServiceProvider();

    private readonly World world;
    private readonly Life life;
    private readonly VirtualTime time;
    private readonly HistoryLogger log;
    private readonly RunDirectory directory;
    private readonly SessionLedger ledger;
    private readonly TaskCompletionSource died = new();
    private readonly RequestDelegate[] handlers;
    private readonly KeyRing keys = new(new());

    public SimulatedNode(World world, SimulatedMachine machine, Options options)
    {
        this.world = world;
        life = new(world);
        StartedAt = world.Clock.Now;
        time = new(world.Clock, life);
        log = new(world, options.RunDirectory);
        directory = new(options.RunDirectory, options.MaxWorkerLogBytes);
        ledger = new(directory);
        var records = new SessionRecordStore(ledger, directory, machine.Boot);
        var processes = new WorkerProcesses(directory, machine);
        var leftovers = new Leftovers(processes, machine, time, log.For<Leftovers>());
        var command = new WorkerCommand("/bin/true", [], machine.Kind);
        var turns = new StartTurns(options, time);
        var ports = new PortAllocator(machine, options.FirstWorkerPort, options.LastWorkerPort, world.Random);
        var starter = new WorkerStarter(
            command,
            directory,
            new(directory, ports, processes, leftovers),
            machine,
            new(machine, command.Protocol, options, time),
            options,
            time);
        var events = new NodeEvents([new NodeLog(log.For<NodeLog>(), time)]);
        var browsers = new ForeignBrowsers(command, processes, machine, events, options, time);
        var readiness = new WorkerReadiness(command, machine, turns, new(), browsers, options, time);
        Pool = new(
            pool => new(pool, turns, starter, readiness, events, time, log.For<WorkerSupervisor>()),
            browsers,
            events,
            options,
            time,
            world.Random);
        var recordings = new RecordingStore(directory, options, log.For<RecordingStore>());
        var placer = new SessionPlacer(Pool, records, recordings, options, time, log.For<SessionPlacer>());
        var quotas = new SessionQuotas(options, time);
        var ids = new SessionIdIssuer(0, directory.Secret, world.Random);
        Sessions = new(
            new(options.Tombstones, options.HistoryAge, time), records, quotas, events, options, time, log.For<SessionRegistry>());
        var restorer = new SessionRestorer(Sessions, placer, records, events, options, log.For<SessionRestorer>());
        var creator = new SessionCreator(Sessions, restorer, placer, ids, quotas, options, time);
        new ChallengeDialect(Sessions, creator, new(Sessions, restorer, options, time), new(options, time), options).Map(this);
        handlers = [.. Patterns.Select(Handler)];
        life.Run(() =>
        {
            new SessionAdopter(
                Sessions,
                restorer,
                new(restorer, events, options, time, log.For<SessionVerifier>()),
                records,
                new(
                    directory,
                    starter,
                    processes,
                    leftovers,
                    recordings,
                    log.For<WorkerAdopter>()),
                Pool,
                log.For<SessionAdopter>()).Adopt();
            Pool.Start();
            _ = new WorkerHealth(Pool, machine, options, time, log.For<WorkerHealth>()).RunAsync(default);
            _ = new SessionReaper(Sessions, time, log.For<SessionReaper>()).RunAsync(default);
        });
    }

    public WorkerPool Pool { get; }

    public SessionRegistry Sessions { get; }

    public bool IsDead => life.IsOver;

    /// <summary>When this orchestrator started, in ticks.</summary>
    public long StartedAt { get; }

    public IServiceProvider ServiceProvider => NoServices;

    public ICollection<EndpointDataSource> DataSources { get; } = [];

    private static (string Method, string Pattern)[] Patterns =>
        [("POST", "/sessions"), ("GET", "/sessions/{id}"), ("DELETE", "/sessions/{id}")];

    public IApplicationBuilder CreateApplicationBuilder() => throw new NotSupportedException();

    /// <summary>Sends a request as a client does. Returns null when the orchestrator dies before it answers.</summary>
    public async Task<ClientReply?> SendAsync(string method, string? id, string body, CancellationToken left)
    {
        var answer = new TaskCompletionSource<ClientReply>();
        life.Run(() => _ = AnswerAsync(method, id, body, answer, left));
        return await Task.WhenAny(answer.Task, died.Task) == answer.Task ? await answer.Task : null;
    }

    /// <summary>
    /// Holds an activity open for this time, whatever happens to its session. Returns false when the session is not found, and null
    /// when the orchestrator dies before the time is over.
    /// </summary>
    public async Task<bool?> HoldAsync(string id, TimeSpan during)
    {
        var end = new TaskCompletionSource<bool>();
        life.Run(() => _ = HoldAsync(id, during, end));
        return await Task.WhenAny(end.Task, died.Task) == end.Task ? await end.Task : null;
    }

    /// <summary>Ends the orchestrator like kill -9.</summary>
    public void Die()
    {
        if (IsDead)
            return;
        ledger.Dispose();
        life.End();
        directory.Dispose();
        died.SetResult();
    }

    private async Task HoldAsync(string id, TimeSpan during, TaskCompletionSource<bool> end)
    {
        if (Sessions.Find(id, Caller.Anyone, out var activity, out _) is { } session)
        {
            using (activity)
                await Task.Delay(during, time);
            world.Check(session.EndReason != EndReason.Expired, $"I2: {id} has expired while it was in use");
            end.SetResult(true);
        }
        else
        {
            end.SetResult(false);
        }
    }

    private RequestDelegate Handler((string Method, string Pattern) wanted) =>
        DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().Single(
            endpoint => endpoint.RoutePattern.RawText == wanted.Pattern
                && endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Contains(wanted.Method)).RequestDelegate!;

    private async Task AnswerAsync(string method, string? id, string body, TaskCompletionSource<ClientReply> answer, CancellationToken left)
    {
        var context = new DefaultHttpContext { RequestAborted = left };
        var output = new MemoryStream();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(output));
        context.Request.Method = method;
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        context.Request.RouteValues["id"] = id;
        var handler = handlers[method == "POST" ? 0 : method == "GET" ? 1 : 2];
        await new ErrorMiddleware(handler, keys, log.For<ErrorMiddleware>()).InvokeAsync(context);
        await context.Response.CompleteAsync();
        answer.SetResult(new(
            context.Response.StatusCode,
            Encoding.UTF8.GetString(output.ToArray()),
            context.Response.Headers.RetryAfter.Count > 0));
    }
}

/// <param name="Status">HTTP status.</param>
/// <param name="Body">Body of the reply.</param>
/// <param name="HasRetryAfter">True when the reply has a Retry-After header.</param>
internal sealed record ClientReply(int Status, string Body, bool HasRetryAfter);

/// <summary>
/// Adds the orchestrator's log lines to the history of the run, without the path of the run directory, which differs between runs.
/// </summary>
internal sealed partial class HistoryLogger(World world, string runDirectory)
{
    [GeneratedRegex("Session ([0-9a-f-]{36}) (ended|is lost):")]
    private static partial Regex Gone();

    public ILogger<T> For<T>() => new Logger<T>(world, runDirectory);

    private sealed class Logger<T>(World world, string runDirectory) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = $"{typeof(T).Name}: {formatter(state, exception).Replace(runDirectory, "RUN", StringComparison.Ordinal)}";
            world.Note(line);
            if (Gone().Match(line) is { Success: true } gone)
                world.ToldGone.Add(gone.Groups[1].Value);
            if (exception is not null || logLevel == LogLevel.Critical)
                world.Fail($"{line} {exception}");
        }
    }
}
