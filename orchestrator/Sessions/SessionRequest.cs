using System.Text.Json.Serialization;
using Steelyard.Contract;
using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Sessions;

/// <summary>A client's request to create a session. A dialect may derive from it to add its own fields.</summary>
/// <param name="Body">JSON for the worker's create.</param>
/// <param name="Clock">Decides when the session is over.</param>
public record SessionRequest(ReadOnlyMemory<byte> Body, SessionClock Clock)
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    /// <summary>Name of the key it was created with; null on a node without keys.</summary>
    public string? Holder { get; init; }

    /// <summary>JSON of the options that the worker must apply before the session begins; empty for none.</summary>
    public ReadOnlyMemory<byte> Setup { get; init; }

    /// <summary>The id that the client has chosen: retries with it never create a second session. Null lets the node choose.</summary>
    public SessionId? ChosenId { get; init; }

    /// <summary>Tells two requests with the same chosen id apart: a hash of everything that the client sent.</summary>
    public string Fingerprint { get; init => field = value ?? ""; } = ""; // Older orchestrators' records may lack it and what follows.

    /// <summary>The client's own labels.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init => field = value ?? NoMetadata; } = NoMetadata;

    /// <summary>
    /// What the request's dialect needs to know of the session when it is read from disk, as JSON that only that dialect reads; null for
    /// nothing.
    /// </summary>
    public virtual string? Facts { get; init; }

    /// <summary>What is recorded of it; null for what <c>--record</c> says.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RecordMode? Record { get; init; }

    /// <summary>The longest time that the create may wait for a worker; null for <c>--queue-timeout</c>.</summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>What is recorded of it on a worker: only the bundled one with a browser records.</summary>
    internal RecordMode RecordingOn(Worker worker, Options options) => worker.HasExtras ? Record ?? options.Record : RecordMode.Off;

    /// <summary>Returns the client's name of a field of the worker's options; null when the client has no name for it.</summary>
    public virtual string? FieldName(string workerField) => null;

    /// <summary>A copy without the parts that only a create needs: bodies may be large, and histories long.</summary>
    public SessionRequest WithoutPayload() => this with { Body = default, Setup = default };
}
