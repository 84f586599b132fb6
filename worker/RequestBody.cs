using System.Text.Json;
using System.Text.Unicode;

namespace Steelyard.Worker;

/// <summary>Reads a request's body. Its size and its slowness are bounded by the server's limits.</summary>
internal static class RequestBody
{
    private const int UsualBytes = 1024 * 1024;

    /// <summary>Of JSON within JSON.</summary>
    public const int MaxDepth = 512;

    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    /// <summary>The body as it came, or <c>{}</c> when it is empty. Throws <see cref="BadHttpRequestException"/> with the status to answer.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadJsonAsync(HttpRequest request)
    {
        using var body = new MemoryStream((int)Math.Clamp(request.ContentLength ?? 0, 0, UsualBytes));
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        var bytes = body.ToArray();
        if (bytes.Length == 0)
            return EmptyObject;
        return IsJson(bytes) ? bytes : throw new BadHttpRequestException("the body is not JSON", StatusCodes.Status400BadRequest);
    }

    private static bool IsJson(ReadOnlySpan<byte> bytes)
    {
        // The reader below looks for tokens only: it lets invalid UTF-8 pass inside strings.
        if (!Utf8.IsValid(bytes))
            return false;
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.ValueIsEscaped)
                    reader.GetString(); // Half of a surrogate pair is no text.
            }

            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
