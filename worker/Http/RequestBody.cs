using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;

namespace SteelBrowser.Http;

/// <summary>Reads a request's body. Its size and its slowness are bounded by the server's limits.</summary>
internal static class RequestBody
{
    private const int UsualBytes = 1024 * 1024;

    /// <summary>Of JSON within JSON.</summary>
    public const int MaxDepth = 512;

    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    /// <summary>
    /// Sets the most bytes this request may bring. Throws <see cref="BadHttpRequestException"/> when more are announced: left to the server, it would cut the
    /// connection under a client that still sends and never reads the answer; so it takes what comes for some seconds, and nobody keeps it.
    /// </summary>
    public static void Limit(HttpContext context, long maxBytes)
    {
        var isTooLarge = context.Request.ContentLength > maxBytes;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = isTooLarge ? null : maxBytes;
        if (isTooLarge)
            throw new BadHttpRequestException($"the body is larger than {maxBytes} bytes", StatusCodes.Status413PayloadTooLarge);
    }

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
