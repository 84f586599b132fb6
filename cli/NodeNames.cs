using Steelyard.Client;

namespace Steelyard.Cli;

/// <summary>How nodes are named in lists. Where there is one node only, nothing names it.</summary>
internal static class NodeNames
{
    /// <summary>The names by number; empty where there is one node only.</summary>
    public static async Task<IReadOnlyDictionary<int, string>> ReadAsync(NodeCall call)
    {
        var nodes = (await call.Api.NodesAsync(call.Stop)).Nodes;
        return nodes.Count < 2 ? new Dictionary<int, string>() : nodes.ToDictionary(node => node.Number, node => node.Name);
    }

    /// <summary>A worker's id, with its node's name where it has one.</summary>
    public static string Of(string? node, string worker) => node is null ? worker : $"{node}/{worker}";

    /// <summary>Tells, beside a list, that it is not whole. Returns whether it is.</summary>
    public static bool IsWhole(string what, IReadOnlyList<string>? missing)
    {
        if (Words.Missing(what, missing) is not { } words)
            return true;
        Console.Error.WriteLine($"steelyard: {Output.Plain(words)}");
        return false;
    }
}
