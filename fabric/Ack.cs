namespace Steelyard.Fabric;

/// <summary>What a node answers to another that cannot read the table and asks whether it may go on.</summary>
/// <param name="IsRefused">The asker's incarnation was seen dead, or somebody was promised to refuse it.</param>
/// <param name="Age">Time since the start of the answering node's last read, if the asker was Active in it; otherwise null.</param>
/// <param name="Members">The members in that read; null like <paramref name="Age"/>.</param>
public sealed record Ack(bool IsRefused, TimeSpan? Age = null, IReadOnlyDictionary<string, long>? Members = null)
{
    public static readonly Ack Refused = new(true);

    /// <summary>Nothing is known against the asker, and nothing for it.</summary>
    public static readonly Ack Blind = new(false);
}

/// <summary>One round of questions of a node to the members of its last view. Guarded by the lock of its <see cref="Tenure"/>.</summary>
public sealed class AckRound
{
    internal AckRound(long incarnation, TimeSpan sent, IReadOnlyDictionary<string, long> others)
    {
        (Incarnation, Sent, Others) = (incarnation, sent, others);
    }

    /// <summary>The incarnation that asks.</summary>
    public long Incarnation { get; }

    /// <summary>When the round began, on the asker's clock. No question was sent before.</summary>
    public TimeSpan Sent { get; }

    /// <summary>Whom to ask. Only a process which inserted just this incarnation may answer; its successor remembers no promise.</summary>
    public IReadOnlyDictionary<string, long> Others { get; }

    // With the asker, more than half of all members.
    internal int Needed => (Others.Count + 1) / 2;

    internal HashSet<string> Granted { get; } = [];
}
