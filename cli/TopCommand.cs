using System.CommandLine;
using Spectre.Console;
using Steelyard.Client;

namespace Steelyard.Cli;

/// <summary><c>steelyard top</c>: the node, its busiest workers and its last events, drawn again each second.</summary>
internal static class TopCommand
{
    private const int Workers = 15;
    private const int Events = 8;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    public static Command Create() =>
        NodeCommands.Share(NodeCommands.Of("top", "Show the node and its workers, live, until Ctrl-C", RunAsync, [NodeCommands.Node]));

    private static async Task<int> RunAsync(NodeCall call)
    {
        if (!call.Out.IsLive)
            throw new NodeException("top draws on a terminal. For scripts: status, workers ls and events with --json.") { Status = 400 };
        var processor = new ProcessorShares();
        var events = new NewEvents(call.Api);
        Queue<NodeEvent> last = [];
        await call.Out.Screen.Live(new Text("…")).StartAsync(async screen =>
        {
            while (true)
            {
                await foreach (var e in events.ReadAsync(call.Stop))
                {
                    last.Enqueue(e);
                    if (last.Count > Events)
                        last.Dequeue();
                }

                screen.UpdateTarget(await DrawAsync(call, processor, last));
                await Task.Delay(Period, call.Stop);
            }
        });
        return 0;
    }

    private static async Task<Rows> DrawAsync(NodeCall call, ProcessorShares processor, IEnumerable<NodeEvent> events)
    {
        var status = await call.Api.StatusAsync(call.Stop);
        var readiness = await call.Api.ReadinessAsync(call.Stop);
        var workers = (await call.Api.WorkersAsync(call.Stop)).Workers;
        var nodes = (await call.Api.NodesAsync(call.Stop)).Nodes;
        var shares = processor.Of(workers);
        var of = status.Workers;
        return new Rows(
            new Text(
                $"{call.Url.Authority}   {(readiness.Ready ? "ready" : "NOT READY")}   sessions {of.Leased}/{of.Max}   " +
                $"ready {of.Ready}   " +
                $"starting {of.Starting}   parked {of.Parked}   queue {status.Queue.Length}/{status.Queue.Limit}   " +
                $"up {Words.Span(TimeSpan.FromSeconds(status.UptimeSeconds))}"),
            new Rows(nodes.Count > 1 ? [new Text(Output.Plain($"nodes {NodesCommands.Summary(nodes)}"))] : []),
            new Rows(readiness.Problems.Select(Line)),
            new Text(""),
            Output.Grid(
                ["WORKER", "STATE", "CPU %", "MEMORY", "AGE", "SESSION"],
                workers.OrderByDescending(worker => shares.GetValueOrDefault(Name(worker))).ThenBy(Name, StringComparer.Ordinal)
                    .Take(Workers).Select(worker => new[]
                    {
                        Name(worker), worker.State, $"{shares.GetValueOrDefault(Name(worker)):0}", Words.Bytes(worker.MemoryBytes),
                        Words.Span(TimeProvider.System.GetUtcNow() - worker.StartedAt), worker.SessionId,
                    })),
            new Text(workers.Count > Workers ? $"… and {workers.Count - Workers} more" : ""),
            new Rows(events.Select(Line)));
    }

    private static string Name(NodeWorker worker) => NodeNames.Of(worker.Node, worker.Id);

    private static Text Line(ReadinessProblem problem) =>
        new(Output.Plain($"{StatusCommand.Mark(problem)} {problem.What} {problem.Remedy}"));

    private static Text Line(NodeEvent e) => new(Output.Plain(
        $"{e.At.ToLocalTime():HH:mm:ss}  {(e.Session is { } id ? Words.ShortId(id) : ""),-9}  {Words.Event(e)}"));

    /// <summary>What each worker has used of a processor since the last look, in percent.</summary>
    private sealed class ProcessorShares
    {
        private Dictionary<string, double> before = [];
        private long at = TimeProvider.System.GetTimestamp();

        public Dictionary<string, double> Of(IReadOnlyList<NodeWorker> workers)
        {
            var passed = TimeProvider.System.GetElapsedTime(at).TotalSeconds;
            at = TimeProvider.System.GetTimestamp();
            var now = workers.ToDictionary(Name, worker => worker.CpuSeconds);
            var shares = now.Where(each => before.ContainsKey(each.Key))
                .ToDictionary(each => each.Key, each => 100 * (each.Value - before[each.Key]) / Math.Max(passed, 0.1));
            before = now;
            return shares;
        }
    }
}
