namespace Steelyard.Fabric;

/// <summary>
/// The times of the rule that makes a 404 final (docs/decisions/0022). Every node of a cluster must have the same. Times are of one
/// node's clock at a time and never compared between nodes; only the rates of two clocks must agree to 1 %.
/// </summary>
/// <param name="Grace">How long a node must have been seen dead before another may say that its sessions are gone. Above zero.</param>
/// <param name="Hold">
/// How long a renewal lasts. Must be shorter than the grace by 2 % at least; half of it leaves room for what nobody thought of.
/// </param>
/// <param name="MaxOutage">How long the word of other nodes may stand in for a table that cannot be read. Above zero.</param>
public sealed record TenureOptions(TimeSpan Grace, TimeSpan Hold, TimeSpan MaxOutage)
{
    /// <summary>20 s, 10 s and 10 minutes.</summary>
    public static readonly TenureOptions Default = new(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10));

    /// <summary>The times for a grace: the hold is half of it.</summary>
    public static TenureOptions For(TimeSpan grace) => Default with { Grace = grace, Hold = grace / 2 };

    // A wait on one clock outlasts the same time on another, with some room.
    private const double Drift = 1.02;

    /// <summary>After this time on an observer's clock, <see cref="Hold"/> has passed on the holder's.</summary>
    public TimeSpan PromiseWait => Hold * Drift;

    /// <summary>After this time on an observer's clock, a holder that last stood in the table at its start has given up.</summary>
    public TimeSpan LongWait => (MaxOutage + Hold) * Drift;

    /// <summary>The most that an age, measured by another node, may be on the own clock.</summary>
    public static TimeSpan Widen(TimeSpan age) => age * Drift;
}
