namespace Steelyard.Fabric;

/// <summary>Whose word can have kept a node going that is dead in the table.</summary>
/// <param name="Voters">All other nodes that can have been members of the node's last view.</param>
/// <param name="Needed">The word of fewer cannot have been enough; 0 if nothing is certain.</param>
public sealed record Electorate(IReadOnlySet<string> Voters, int Needed);

/// <summary>
/// The table as it was lately. A node that renews by the word of others counts the members of a view that is at most
/// <see cref="TenureOptions.MaxOutage"/> old; nobody knows which one, so all that it can have been are looked at. Guarded by the lock of
/// <see cref="Verdicts"/>.
/// </summary>
internal sealed class TableHistory(TenureOptions options)
{
    private readonly List<(TimeSpan At, TableView View)> views = [];

    /// <summary>Adds a view that was complete at a time.</summary>
    public void Add(TableView view, TimeSpan at)
    {
        if (views.Count == 0 || !view.IsSameAs(views[^1].View))
            views.Add((at, view));
        while (views.Count > 1 && views[1].At <= at - options.MaxOutage)
            views.RemoveAt(0);
    }

    /// <summary>
    /// Returns who can have kept a node going that the last view shows dead. Between two views in which a node is Active under the same
    /// number, it was Active all the time: no number is inserted twice. And who was a member in between still has a row in the later view,
    /// unless the table was emptied: then no row stays the same, and nothing is certain.
    /// </summary>
    public Electorate Of(string name, long incarnation)
    {
        // The last view before all that count: old enough, or from before the node's row was Active.
        var first = views.FindLastIndex(entry =>
            entry.At <= views[^1].At - options.MaxOutage || !IsMember(entry.View, name, incarnation, orDead: true));
        var window = views.Skip(Math.Max(first, 0)).Select(entry => entry.View).ToList();
        var voters = window.SelectMany(view => view.Names).Where(other => other != name && !WasDead(window, other)).ToHashSet();
        var steady = window[0].Members.Count(member =>
            member.Key != name && window.TrueForAll(view => IsMember(view, member.Key, member.Value)));
        return new(voters, first < 0 ? 0 : (steady + 1) / 2);
    }

    private static bool IsMember(TableView view, string name, long incarnation, bool orDead = false) =>
        view.Newest(name) is { } row && row.Incarnation == incarnation
        && (row.Status == RowStatus.Active || (orDead && row.Status == RowStatus.Dead));

    private static bool WasDead(List<TableView> window, string name) =>
        window.TrueForAll(view => view.Newest(name) is { Status: RowStatus.Dead } row && row == window[0].Newest(name));
}
