namespace Steelyard.Sessions;

/// <summary>Who asks. A caller sees the sessions it has created, an operator sees all.</summary>
/// <param name="Name">Name of its key; null where there are no keys.</param>
/// <param name="IsOperator">It may see and end what belongs to others.</param>
public sealed record Caller(string? Name, bool IsOperator)
{
    /// <summary>Everybody, on a node without keys.</summary>
    public static readonly Caller Anyone = new(null, IsOperator: true);

    /// <summary>One without a key, on a node that has keys.</summary>
    public static readonly Caller Nobody = new(null, IsOperator: false);

    /// <summary>What belongs to this holder is its business.</summary>
    public bool Sees(string? holder) => IsOperator || holder == Name;
}
