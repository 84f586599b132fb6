using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;

namespace SteelBrowser.Http;

/// <summary>Reads the body of a request. The server limits its size and the time that it may take.</summary>
internal static class RequestBody
{
    private const int UsualBytes = 1024 * 1024;

    /// <summary>Maximum nesting depth of JSON.</summary>
    public const int MaxDepth = 512;

    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    /// <summary>
    /// Sets the maximum body size of this request. Throws <see cref="BadHttpRequestException"/> when its Content-Length is larger. The
    /// server then has no limit for the request, and for some seconds it reads and discards what arrives. With a limit it would close the
    /// connection while the client still sends, and the client would never read the answer.
    /// </summary>
    public static void Limit(HttpContext context, long maxBytes)
    {
        var isTooLarge = context.Request.ContentLength > maxBytes;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = isTooLarge ? null : maxBytes;
        if (isTooLarge)
            throw new BadHttpRequestException($"the body is larger than {maxBytes} bytes", StatusCodes.Status413PayloadTooLarge);
    }

    /// <summary>
    /// Returns the body unchanged, or <c>{}</c> when it is empty. Throws <see cref="BadHttpRequestException"/> with the status to answer.
    /// </summary>
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
        // The reader below only checks tokens: it accepts invalid UTF-8 inside strings.
        if (!Utf8.IsValid(bytes))
            return false;
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.ValueIsEscaped)
                    reader.GetString(); // Throws when it contains half of a surrogate pair.
            }

            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
