using Steelyard.Client;

namespace Steelyard.Dashboard.Components;

/// <summary>Folds events that say the same, so that a flood of them does not hide the others.</summary>
internal static class Repeats
{
    /// <summary>Events that differ, each with the number of those of its kind; the newest of each kind, in the order given.</summary>
    /// <param name="events">The newest first.</param>
    public static IReadOnlyList<(NodeEvent Event, int Count)> Of(IReadOnlyList<NodeEvent> events) =>
        [.. events.GroupBy(Kind).Select(group => (group.First(), group.Count()))];

    // What happens to one session is never the same as what happens to another.
    private static string Kind(NodeEvent e) => e.Session is null && Words.IsTrouble(e) ? $"{e.Type} {e.Cause} {e.Detail}" : e.Id;
}
