using System.CommandLine;
using System.Text.Json;
using Steelyard.Client;

namespace Steelyard.Cli;

/// <summary><c>steelyard status</c>: the node in numbers, and what is wrong with it. Its exit status is for probes.</summary>
internal static class StatusCommand
{
    public static Command Create() => NodeCommands.Share(NodeCommands.Of(
        "status",
        "Show the node in numbers, and what is wrong with it; exits with 1 when it takes no sessions",
        RunAsync,
        [Probe, NodeCommands.Node]));

    private static readonly Option<bool> Probe = new("--probe") { Description = "Only whether it takes sessions; this needs no key" };

    private static async Task<int> RunAsync(NodeCall call)
    {
        if (call.Line.GetValue(Probe))
        {
            var isReady = (await call.Api.ReadinessAsync(call.Stop)).Ready;
            var words = isReady ? "takes sessions" : "takes no sessions";
            Output.Line(call.Out.IsJson ? JsonSerializer.Serialize(new { ready = isReady }) : words);
            return isReady ? 0 : NodeCommands.Refused;
        }

        var status = await call.Api.StatusAsync(call.Stop);
        var readiness = await call.Api.ReadinessAsync(call.Stop);
        var nodes = (await call.Api.NodesAsync(call.Stop)).Nodes;
        var name = call.Line.GetValue(NodeCommands.Node) ?? nodes.FirstOrDefault(node => node.IsSelf)?.Name;
        if (call.Out.IsJson)
            Output.Line(JsonSerializer.Serialize(new { status, readiness, nodes }, NodeApi.Json));
        else
            Show(call.Out, status, readiness, Facts(nodes, name));
        return readiness.Ready ? 0 : NodeCommands.Refused;
    }

    /// <summary>What the other nodes add to the facts of one: its name, and their number.</summary>
    public static (string Name, string Summary) Facts(IReadOnlyList<ClusterNode> nodes, string? name) =>
        (nodes.Count > 1 ? $"{name} " : "", NodesCommands.Summary(nodes));

    private static void Show(Output output, NodeStatus status, Readiness readiness, (string Name, string Summary) nodes)
    {
        var workers = status.Workers;
        output.Facts(
        [
            ("node", $"{nodes.Name}{(readiness.Ready ? "takes sessions" : "takes no sessions")}"),
            ("version", $"{status.Version}, up for {Words.Span(TimeSpan.FromSeconds(status.UptimeSeconds))}"),
            ("sessions", $"{workers.Leased} of {workers.Max} at most"),
            ("workers", $"{workers.Ready} ready, {workers.Starting} starting, {workers.Stopping} stopping, {workers.Parked} parked"),
            ("queue", $"{status.Queue.Length} of {status.Queue.Limit} places{Oldest(status.Queue)}"),
            ("nodes", nodes.Summary),
            ("lost events", Lost(readiness)),
        ]);
        foreach (var problem in readiness.Problems)
            Output.Line($"\n{Mark(problem)} {Output.PlainLines(problem.What)}\n  → {Output.Plain(problem.Remedy)}");
    }

    // Those of the history are among the problems.
    private static string Lost(Readiness readiness) => string.Join(", ", readiness.DroppedEvents?
        .Where(each => each.Value > 0 && each.Key != "history").Select(each => $"{each.Key} {each.Value}") ?? []);

    /// <summary>How bad a problem is, in a letter.</summary>
    public static char Mark(ReadinessProblem problem) => problem.IsFatal ? '✗' : '!';

    private static string Oldest(QueueNumbers queue) =>
        queue.OldestSeconds is { } seconds ? $"; the first waits for {Words.Span(TimeSpan.FromSeconds(seconds))}" : "";
}
