namespace Steelyard.Sessions;

/// <summary>Who makes a request. A caller sees the sessions created with its key; an operator sees all sessions.</summary>
/// <param name="Name">Name of the caller's key; null without a key.</param>
/// <param name="IsOperator">Whether the caller may see and end the sessions of others.</param>
public sealed record Caller(string? Name, bool IsOperator)
{
    /// <summary>Every caller on a node without keys.</summary>
    public static readonly Caller Anyone = new(null, IsOperator: true);

    /// <summary>A caller without a key on a node with keys.</summary>
    public static readonly Caller Nobody = new(null, IsOperator: false);

    /// <summary>Whether the caller may see and end the sessions of this holder.</summary>
    public bool Sees(string? holder) => IsOperator || holder == Name;

    /// <summary>Says who acts on a session of this holder, for people. An operator who acts on the session of another is named.</summary>
    public string By(string? holder) => holder == Name ? "by its client" : $"by the operator's key {Name}";
}
