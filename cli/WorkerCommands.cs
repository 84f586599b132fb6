using System.CommandLine;
using Steelyard.Client;

namespace Steelyard.Cli;

/// <summary><c>steelyard workers</c>.</summary>
internal static class WorkerCommands
{
    private static readonly Argument<string> Id = new("ID") { Description = "Id of the worker, such as w12, or node-1/w12 in a cluster" };

    public static Command Create()
    {
        var group = NodeCommands.Share(new Command("workers", "List and stop workers, and read their logs (with an operator's key)"));
        group.Subcommands.Add(NodeCommands.Of("ls", "List the workers", ListAsync, [NodeCommands.Node]));
        group.Subcommands.Add(NodeCommands.Of(
            "stop", "Stop a worker; its session is lost, and another takes its place", StopAsync, [Id, NodeCommands.Node]));
        group.Subcommands.Add(NodeCommands.Of("log", "Print the last lines that a worker has written", LogAsync, [Id, NodeCommands.Node]));
        return group;
    }

    private static async Task<int> ListAsync(NodeCall call)
    {
        var list = await call.AskAsync<NodeWorkers>(HttpMethod.Get, call.Api.Of("/workers"), reply => Show(call.Out, reply));
        NodeNames.IsWhole("workers", list.MissingNodes);
        return 0;
    }

    private static void Show(Output output, NodeWorkers reply)
    {
        output.Table(
            ["ID", "STATE", "SESSION", "MEMORY", "CPU", "AGE", "RESTARTS", "EXIT BEFORE"],
            reply.Workers.Select(worker => new[]
            {
                NodeNames.Of(worker.Node, worker.Id), worker.State, worker.SessionId, Words.Bytes(worker.MemoryBytes),
                Words.Span(TimeSpan.FromSeconds(worker.CpuSeconds)),
                Words.Span(TimeProvider.System.GetUtcNow() - worker.StartedAt), $"{worker.Restarts}", worker.LastExit,
            }));
        if (reply.Exited.Count == 0)
            return;
        Output.Line("\nEXITED LAST");
        foreach (var exit in reply.Exited)
        {
            var lines = exit.LastLines is { } last ? $"\n{last}" : "";
            Output.Line(Output.PlainLines(
                $"{exit.ExitedAt.ToLocalTime():HH:mm:ss}  {NodeNames.Of(exit.Node, exit.Id)}  {exit.Exit}{lines}"));
        }
    }

    private static async Task<int> StopAsync(NodeCall call)
    {
        var (node, id) = await FindAsync(call);
        await node.StopWorkerAsync(id);
        return 0;
    }

    private static async Task<int> LogAsync(NodeCall call)
    {
        var (node, id) = await FindAsync(call);
        var log = await node.WorkerLogAsync(id);
        Output.Line(call.Out.IsJson ? System.Text.Json.JsonSerializer.Serialize(new { log }) : Output.PlainLines(log));
        return 0;
    }

    // Each node counts its workers for itself: without its name, another one's worker of the same number could be meant.
    private static async Task<(NodeApi Node, string Id)> FindAsync(NodeCall call)
    {
        var words = call.Line.GetRequiredValue(Id).Split('/', 2);
        var id = Uri.EscapeDataString(words[^1]);
        if (words.Length == 2)
            return (call.Api.At(words[0]), id);
        if (call.Line.GetValue(NodeCommands.Node) is not null)
            return (call.Api, id);
        var list = await call.Api.WorkersAsync(call.Stop);
        string?[] nodes = [.. list.Workers.Where(worker => worker.Id == words[0]).Select(worker => worker.Node)];
        if (nodes.Length > 1 || !NodeNames.IsWhole("workers", list.MissingNodes))
            throw new NodeException($"Several nodes can have a worker {words[0]}: write NODE/{words[0]}.") { Status = 400 };
        return (call.Api.At(nodes.FirstOrDefault()), id);
    }
}
