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
    private readonly Dictionary<string, (long Incarnation, TableView View)> told = []; // What tenures rested on, as their nodes said.

    /// <summary>Adds a view that was complete at a time.</summary>
    public void Add(TableView view, TimeSpan at)
    {
        if (views.Count == 0 || !view.IsSameAs(views[^1].View))
            views.Add((at, view));
        while (views.Count > 1 && views[1].At <= at - options.MaxOutage)
            views.RemoveAt(0);
    }

    /// <summary>A node says that its tenure rests on this view, or on later ones.</summary>
    public void Hear(string name, long incarnation, TableView basis)
    {
        if (IsMember(basis, name, incarnation))
            told[name] = (incarnation, basis);
    }

    /// <summary>
    /// Returns the members of the last view that must say what their tenures rest on: no view here is old enough, and they have said
    /// nothing since the members changed.
    /// </summary>
    public IEnumerable<(string Name, long Incarnation)> Untold() => views.Count == 0 ? [] : views[^1].View.Members
        .Where(member => First(member.Key, member.Value) < 0
            && !(told.TryGetValue(member.Key, out var basis) && basis.Incarnation == member.Value && basis.View.IsSameAs(views[^1].View)))
        .Select(member => (member.Key, member.Value));

    /// <summary>
    /// Returns who can have kept a node going that the last view shows dead. Between two views in which a node is Active under the same
    /// number, it was Active all the time: no number is inserted twice. And who was a member in between still has a row in the later view,
    /// unless the table was emptied: then no row stays the same, and nothing is certain.
    /// </summary>
    public Electorate Of(string name, long incarnation)
    {
        var first = First(name, incarnation);
        var window = views.Skip(Math.Max(first, 0)).Select(entry => entry.View).ToList();
        if (first < 0 && told.TryGetValue(name, out var basis) && basis.Incarnation == incarnation)
            (first, window) = (0, [basis.View, .. window]);
        var voters = window.SelectMany(view => view.Names).Where(other => other != name && !WasDead(window, other)).ToHashSet();
        var steady = window[0].Members.Count(member =>
            member.Key != name && window.TrueForAll(view => IsMember(view, member.Key, member.Value)));
        return new(voters, first < 0 ? 0 : (steady + 1) / 2);
    }

    // The last view before all that count: old enough, or from before the node's row was Active. -1 if there is none.
    private int First(string name, long incarnation) => views.FindLastIndex(entry =>
        entry.At <= views[^1].At - options.MaxOutage || !IsMember(entry.View, name, incarnation, orDead: true));

    private static bool IsMember(TableView view, string name, long incarnation, bool orDead = false) =>
        view.Newest(name) is { } row && row.Incarnation == incarnation
        && (row.Status == RowStatus.Active || (orDead && row.Status == RowStatus.Dead));

    private static bool WasDead(List<TableView> window, string name) =>
        window.TrueForAll(view => view.Newest(name) is { Status: RowStatus.Dead } row && row == window[0].Newest(name));
}
