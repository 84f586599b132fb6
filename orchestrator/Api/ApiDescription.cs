using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Steelyard.Http;
using Steelyard.Settings;

namespace Steelyard.Api;

/// <summary>
/// The OpenAPI description of all calls, at <c>/openapi.json</c>. It is written by hand (decision 0021). Every caller may read it, because
/// it tells nothing of this node but its version.
/// </summary>
internal sealed class ApiDescription(Options options) : IDialect
{
    private const string File = "openapi.json";

    // Safe, because the JSON is never embedded in HTML.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Lazy<(byte[] Before, byte[] After)> Parts = new(Split);


    public void Map(IEndpointRouteBuilder routes) => routes.MapGet(DescriptionPaths.Json, WriteAsync).Reads();

    /// <summary>The description as it was written.</summary>
    internal static JsonObject Read()
    {
        using var resource = typeof(ApiDescription).Assembly.GetManifestResourceStream(typeof(ApiDescription), File)
            ?? throw new InvalidOperationException($"{File} is not embedded");
        return JsonNode.Parse(resource)!.AsObject();
    }

    private async Task WriteAsync(HttpContext context)
    {
        await Task.Yield(); // Reading takes milliseconds the first time, and this may be a thread that serves sockets.
        var (before, after) = Parts.Value;
        var url = JsonEncodedText.Encode(PublicAddress.Of(context.Request, options).HttpOrigin).EncodedUtf8Bytes;
        byte[] whole = [.. before, .. url, .. after];
        await context.Response.WriteWholeAsync("application/json; charset=utf-8", whole);
    }

    // All callers get the same text, but for the address of this node.
    private static (byte[] Before, byte[] After) Split()
    {
        const string place = "https://this-node.invalid";
        var description = Read();
        description["info"]!["version"] = OwnVersion.Text;
        description["servers"] = new JsonArray(new JsonObject { ["url"] = place });
        var text = JsonSerializer.SerializeToUtf8Bytes<JsonNode>(description, Readable);
        var at = text.AsSpan().IndexOf(Encoding.ASCII.GetBytes(place));
        return (text[..at], text[(at + place.Length)..]);
    }
}
