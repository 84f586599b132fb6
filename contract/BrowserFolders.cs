using System.Buffers;
using System.Text.Json;
using Steelyard.Contract.Input;

namespace Steelyard.Contract;

/// <summary>The bundled worker's reply to <c>GET /sessions/:id/folders</c>.</summary>
/// <param name="Downloads">The absolute path of the folder with the session's files, where the browser saves downloads.</param>
/// <param name="Readable">What the browser may read in addition to its own files.</param>
public sealed record BrowserFolders(string Downloads, IReadOnlyList<string> Readable)
{
    /// <summary>Reads a reply; null when it is not as expected.</summary>
    public static BrowserFolders? TryRead(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("downloads", out var downloads)
                && JsonText.TryRead(downloads) is { } path
                && root.TryGetProperty("readable", out var readable)
                && readable.ValueKind == JsonValueKind.Array
                ? new(path, [.. readable.EnumerateArray().Select(JsonText.TryRead).OfType<string>()])
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The reply as UTF-8 JSON.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("downloads"u8, Downloads);
            json.WriteStartArray("readable"u8);
            foreach (var path in Readable)
                json.WriteStringValue(path);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    /// <summary>Whether the browser may read a file. The path must be absolute and without <c>..</c>.</summary>
    public bool CanRead(string path) => Readable.Append(Downloads).Any(folder => IsIn(folder, path));

    /// <summary>Whether a path is a folder or something in it.</summary>
    public static bool IsIn(string folder, string path) =>
        path == folder || path.StartsWith(folder.EndsWith('/') ? folder : folder + "/", StringComparison.Ordinal);
}
