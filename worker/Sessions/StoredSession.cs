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

    public ReadOnlyMemory<byte> Json { get; }

    /// <param name="data">JSON, which is kept byte for byte.</param>
    /// <param name="createdAt">The current time.</param>
    public static StoredSession Create(ReadOnlyMemory<byte> data, DateTimeOffset createdAt)
    {
        var id = Guid.NewGuid().ToString();
        var head = Encoding.ASCII.GetBytes($$"""{"id":"{{id}}","created_at":"{{IsoTime.Of(createdAt)}}","data":""");
        return new(id, (byte[])[.. head, .. data.Span, (byte)'}']);
    }
}
