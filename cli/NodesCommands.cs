using System.CommandLine;
using Steelyard.Client;

namespace Steelyard.Cli;

/// <summary><c>steelyard nodes</c>: the nodes of the cluster.</summary>
internal static class NodesCommands
{
    private const int BarWidth = 10;

    private static readonly Argument<string> Name = new("NAME") { Description = "Name of the node" };

    private static readonly Option<bool> Wait = new("--wait")
    {
        Description = "Show its sessions go down, and end when the node is gone",
    };

    public static Command Create()
    {
        var group = NodeCommands.Share(NodeCommands.Of("nodes", "List the nodes of the cluster, and drain one", ListAsync));
        group.Subcommands.Add(NodeCommands.Of("ls", "List the nodes, with their load, uptime and version", ListAsync));
        group.Subcommands.Add(NodeCommands.Of(
            "drain", "Let a node end when its sessions have ended; it takes no new ones (for operators)", DrainAsync, [Name, Wait]));
        return group;
    }

    /// <summary>The table of <c>nodes ls</c>.</summary>
    public static (string[] Head, IEnumerable<string?[]> Rows) Table(IReadOnlyList<ClusterNode> nodes)
    {
        // Nobody has to name regions.
        var hasRegions = nodes.Any(node => node.Region.Length > 0);
        return (
            [.. Cells("NAME", "STATE", "LOAD", "SESSIONS", "IDLE", "WAITING", "UP", "VERSION", "REGION")],
            nodes.Select(node => Cells(
                node.Name, node.State, Bar(node), $"{node.Sessions} of {node.Max}", $"{node.Idle}", $"{node.Waiting}",
                node.Uptime is { } up ? Words.Span(up) : "", node.Version, node.Region)));

        string[] Cells(params string[] cells) => hasRegions ? cells : cells[..^1];
    }

    /// <summary>The nodes in a line: how many, and which of them do not serve as the others.</summary>
    public static string Summary(IReadOnlyList<ClusterNode> nodes) => string.Join(
        "; ",
        [
            $"{nodes.Count}",
            .. nodes.Where(node => !node.IsActive).Select(node => $"{node.Name} {(node.IsReachable ? "drains" : "does not answer")}"),
        ]);

    private static string Bar(ClusterNode node)
    {
        var full = node.Max == 0 ? 0 : Math.Clamp((int)Math.Ceiling((double)BarWidth * node.Leased / node.Max), 0, BarWidth);
        return new string('█', full) + new string('░', BarWidth - full);
    }

    private static async Task<int> ListAsync(NodeCall call)
    {
        await call.AskAsync<ClusterNodes>(HttpMethod.Get, "/nodes", reply =>
        {
            var (head, rows) = Table(reply.Nodes);
            call.Out.Table(head, rows);
        });
        return 0;
    }

    private static async Task<int> DrainAsync(NodeCall call)
    {
        var name = call.Line.GetRequiredValue(Name);
        if (call.Line.GetValue(Wait))
            return await new DrainWatch(call, name).RunAsync();
        await call.Api.DrainAsync(name, call.Stop);
        if (!call.Out.IsJson)
            Output.Line(Output.Plain($"{name} drains: it ends when its sessions have ended."));
        return 0;
    }
}
