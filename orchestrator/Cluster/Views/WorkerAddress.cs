using System.Text.Json.Nodes;

namespace Steelyard.Cluster.Views;

/// <summary>A worker's id is unique on its node. For clients of a cluster, the node's name stands before it: <c>berlin-1:w17</c>.</summary>
internal static class WorkerAddress
{
    /// <summary>Writes the node's name before the id in a field of an entry, if there is one.</summary>
    public static JsonNode Qualify(JsonNode entry, string field, string node)
    {
        if ((string?)entry[field] is { } id)
            entry[field] = $"{node}:{id}";
        return entry;
    }

    /// <summary>The node that a qualified id names; null for a plain id.</summary>
    public static string? NodeOf(string? id) => id?.IndexOf(':', StringComparison.Ordinal) is > 0 and var end ? id[..end] : null;

    /// <summary>The id without the node's name.</summary>
    public static string PlainOf(string id) => id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..];
}
