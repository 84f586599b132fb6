using Steelyard.Contract;

namespace Steelyard.Settings;

/// <content>What is recorded and told of sessions and of the node.</content>
public sealed partial record Options
{
    /// <summary>Number of streams of events that a key, or all callers without one, can have open.</summary>
    public int KeyMaxStreams { get; init; } = 20;

    /// <summary>What is recorded of a session that does not say so itself.</summary>
    public RecordMode Record { get; init; } = RecordMode.Events;

    /// <summary>Whether recorded addresses keep their query, which may hold secrets.</summary>
    public bool RecordQueries { get; init; }

    /// <summary>Recordings of ended sessions are deleted after this time.</summary>
    public TimeSpan RecordAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Space for all recordings together, in bytes; the oldest are deleted first.</summary>
    public long RecordSpace { get; init; } = 1L << 30;

    /// <summary>Space for the recordings of one key, in bytes; its oldest are deleted first.</summary>
    public long KeyRecordSpace { get; init; } = 256L << 20;

    /// <summary>Where events are posted; null for nowhere.</summary>
    public Uri? Webhook { get; init; }

    /// <summary>Types of events that are posted, such as <c>session.ended</c> or <c>worker.*</c>; empty for all.</summary>
    public IReadOnlyList<string> WebhookEvents { get; init; } = [];

    /// <summary>File with the secret that signs what is posted; empty for no signature.</summary>
    public string WebhookSecretFile { get; init; } = "";

    /// <summary>Events that their receiver does not take for this time are dropped.</summary>
    public TimeSpan WebhookGiveUp { get; init; } = TimeSpan.FromHours(1);
}
