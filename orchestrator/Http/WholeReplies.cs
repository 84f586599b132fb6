using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Steelyard.Http;

/// <summary>Replies of known length that are written in one piece, which is cheaper than chunks.</summary>
internal static class WholeReplies
{
    /// <param name="response">The response; its status is set already.</param>
    /// <param name="contentType">Its content type; null for none.</param>
    /// <param name="body">The whole body.</param>
    public static Task WriteWholeAsync(this HttpResponse response, string? contentType, ReadOnlyMemory<byte> body)
    {
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body).AsTask();
    }

    /// <summary>For JSON that does not grow with the number of sessions or workers.</summary>
    /// <param name="response">The response; its status is set already.</param>
    /// <param name="value">What is written.</param>
    /// <param name="type">How it is written.</param>
    public static Task WriteShortJsonAsync<T>(this HttpResponse response, T value, JsonTypeInfo<T> type) =>
        response.WriteWholeAsync("application/json; charset=utf-8", JsonSerializer.SerializeToUtf8Bytes(value, type));
}
