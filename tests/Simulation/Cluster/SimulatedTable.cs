using Steelyard.Fabric;

namespace Steelyard.Tests.Simulation.Cluster;

/// <summary>The shared table. Each operation takes effect in one instant.</summary>
internal sealed class SimulatedTable
{
    public const string Name = "table";

    private readonly SortedDictionary<(string Name, long Incarnation), RowStatus> rows = [];
    private readonly HashSet<(string Name, long Incarnation)> everDead = []; // Also after the table was emptied.

    public bool IsDown { get; set; }

    public TableView Read() => new([.. rows.Select(row => new TableRow(row.Key.Name, row.Key.Incarnation, row.Value))]);

    public RowStatus? Status(string name, long incarnation) =>
        rows.TryGetValue((name, incarnation), out var status) ? status : null;

    public bool WasDead(string name, long incarnation) => everDead.Contains((name, incarnation));

    /// <summary>Inserts a row, and marks the earlier ones of the same node dead.</summary>
    public void Insert(string name, long incarnation, RowStatus status)
    {
        rows.TryAdd((name, incarnation), status);
        foreach (var older in rows.Keys.Where(row => row.Name == name && row.Incarnation < incarnation).ToList())
            Kill(older.Name, older.Incarnation);
    }

    public void Activate(string name, long incarnation)
    {
        if (Status(name, incarnation) == RowStatus.Joining)
            rows[(name, incarnation)] = RowStatus.Active;
    }

    public void Kill(string name, long incarnation)
    {
        if (!rows.ContainsKey((name, incarnation)))
            return;
        rows[(name, incarnation)] = RowStatus.Dead;
        everDead.Add((name, incarnation));
    }

    public void Wipe() => rows.Clear();
}
