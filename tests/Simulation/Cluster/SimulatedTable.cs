using Steelyard.Fabric;

namespace Steelyard.Tests.Simulation.Cluster;

/// <summary>The shared table. Each operation takes effect in one instant.</summary>
internal sealed class SimulatedTable
{
    public const string Name = "table";

    private readonly SortedDictionary<(string Name, long Incarnation), RowStatus> rows = [];

    public bool IsDown { get; set; }

    public TableView Read() => new([.. rows.Select(row => new TableRow(row.Key.Name, row.Key.Incarnation, row.Value))]);

    public RowStatus? Status(string name, long incarnation) =>
        rows.TryGetValue((name, incarnation), out var status) ? status : null;

    /// <summary>Inserts a row, and marks the earlier ones of the same node dead.</summary>
    public void Insert(string name, long incarnation, RowStatus status)
    {
        rows.TryAdd((name, incarnation), status);
        foreach (var older in rows.Keys.Where(row => row.Name == name && row.Incarnation < incarnation).ToList())
            Kill(older.Name, older.Incarnation);
    }

    /// <summary>False when the row has been declared dead meanwhile, or is gone.</summary>
    public bool TryActivate(string name, long incarnation)
    {
        if (Status(name, incarnation) is null or RowStatus.Dead)
            return false;
        rows[(name, incarnation)] = RowStatus.Active;
        return true;
    }

    /// <summary>False when there is no such row, or it is dead already.</summary>
    public bool Kill(string name, long incarnation)
    {
        if (Status(name, incarnation) is null or RowStatus.Dead)
            return false;
        rows[(name, incarnation)] = RowStatus.Dead;
        return true;
    }

    public void Wipe() => rows.Clear();
}
