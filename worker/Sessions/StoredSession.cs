using System.Text;
using Steelyard.Contract;

namespace SteelBrowser.Sessions;

/// <summary>A session, and the JSON that every read of it returns.</summary>
internal sealed class StoredSession
{
    private StoredSession(string id, ReadOnlyMemory<byte> json)
    {
        Id = id;
        Json = json;
    }

    public string Id { get; }

    /// <summary>Name of its recording; its own id unless the creator has another.</summary>
    public string RecordingId { get; private init; } = "";

    /// <summary>What is recorded of it; null for what the worker's environment says.</summary>
    public RecordMode? RecordMode { get; private init; }

    public ReadOnlyMemory<byte> Json { get; }

    /// <param name="data">JSON, which is kept byte for byte.</param>
    /// <param name="createdAt">The current time.</param>
    /// <param name="recordingId">Name of its recording: a GUID; anything else is ignored.</param>
    /// <param name="recordMode">See <see cref="RecordMode"/>.</param>
    public static StoredSession Create(
        ReadOnlyMemory<byte> data, DateTimeOffset createdAt, string? recordingId = null, RecordMode? recordMode = null)
    {
        var id = Guid.NewGuid().ToString();
        var head = Encoding.ASCII.GetBytes($$"""{"id":"{{id}}","created_at":"{{IsoTime.Of(createdAt)}}","data":""");
        return new(id, (byte[])[.. head, .. data.Span, (byte)'}'])
        {
            RecordingId = Guid.TryParse(recordingId, out var given) ? given.ToString() : id,
            RecordMode = recordMode,
        };
    }
}
