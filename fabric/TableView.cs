namespace Steelyard.Fabric;

/// <summary>What the shared table says of one incarnation of a node. Joining → Active → Dead; Dead is final.</summary>
public enum RowStatus
{
    Joining,
    Active,
    Dead,
}

/// <summary>A row of the shared table.</summary>
/// <param name="Name">The node's name, the same after each restart.</param>
/// <param name="Incarnation">
/// Grows with each row that a node inserts: at each start, and whenever it joins again. No number is ever inserted twice; otherwise a row
/// seen dead could be seen alive, and dead again, without anybody noticing.
/// </param>
/// <param name="Status">The status.</param>
public readonly record struct TableRow(string Name, long Incarnation, RowStatus Status);

/// <summary>What one read of the shared table has returned. Immutable.</summary>
public sealed class TableView
{
    private readonly Dictionary<string, TableRow> newest = [];

    /// <param name="rows">All rows, in any order. Rows leave the table only when it is emptied, or when long dead.</param>
    public TableView(IReadOnlyList<TableRow> rows)
    {
        Rows = rows;
        foreach (var row in rows)
        {
            if (Newest(row.Name) is not { } other || other.Incarnation < row.Incarnation)
                newest[row.Name] = row;
        }

        Members = newest.Values.Where(row => row.Status == RowStatus.Active).ToDictionary(row => row.Name, row => row.Incarnation);
    }

    public IReadOnlyList<TableRow> Rows { get; }

    /// <summary>Names of the nodes whose newest incarnation is Active, with that incarnation.</summary>
    public IReadOnlyDictionary<string, long> Members { get; }

    public IEnumerable<string> Names => newest.Keys;

    /// <summary>Returns the row of a node's newest incarnation; null if it has none.</summary>
    public TableRow? Newest(string name) => newest.TryGetValue(name, out var row) ? row : null;

    /// <summary>Returns true if the table was emptied between an earlier view and this one, or may have been.</summary>
    public bool IsWipeSince(TableView earlier)
    {
        // Dead rows may be cleaned away after days. All others stay; one that was inserted again has another number.
        var left = Rows.Select(row => (row.Name, row.Incarnation)).ToHashSet();
        return !earlier.Rows.Any(row => left.Contains((row.Name, row.Incarnation)))
            || earlier.Rows.Any(row => row.Status != RowStatus.Dead && !left.Contains((row.Name, row.Incarnation)));
    }

    /// <summary>Returns true if each node's newest row is the same in both.</summary>
    public bool IsSameAs(TableView other) =>
        newest.Count == other.newest.Count && newest.All(pair => other.Newest(pair.Key) == pair.Value);
}
