namespace Steelyard.Sessions;

/// <summary>What a client asks for when it creates a session. A dialect may add what only it knows.</summary>
/// <param name="Body">JSON for the worker's create.</param>
/// <param name="Clock">When the session is over.</param>
public record SessionRequest(ReadOnlyMemory<byte> Body, SessionClock Clock)
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    /// <summary>Name of the key it was created with; null on a node without keys.</summary>
    public string? Holder { get; init; }

    /// <summary>JSON of the options the worker must put in force before the session begins; empty for none.</summary>
    public ReadOnlyMemory<byte> Setup { get; init; }

    /// <summary>The id the client has chosen: one session is made for it, however often it is asked for. Null leaves the choice to us.</summary>
    public SessionId? ChosenId { get; init; }

    /// <summary>Tells two requests with the same chosen id apart: a hash over all that the client sent.</summary>
    public string Fingerprint { get; init => field = value ?? ""; } = ""; // An older orchestrator's record may not have it, nor what stands below.

    /// <summary>The client's own labels.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init => field = value ?? NoMetadata; } = NoMetadata;

    /// <summary>What the dialect it came in wants to know of the session when it is read from disk, as JSON that only that dialect reads; null for nothing.</summary>
    public virtual string? Facts { get; init; }

    /// <summary>The longest it may wait for a worker; null for <c>--queue-timeout</c>.</summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>The same without what only a create needs: bodies may be large, and histories long.</summary>
    public SessionRequest WithoutPayload() => this with { Body = default, Setup = default };
}
