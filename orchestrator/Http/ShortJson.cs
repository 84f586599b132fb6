using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Steelyard.Http;

internal static class ShortJson
{
    /// <summary>
    /// Writes a reply of known length in one piece, which is cheaper than chunks. For replies that do not grow with the number of sessions
    /// or workers.
    /// </summary>
    /// <param name="response">The response; its status is set already.</param>
    /// <param name="value">What is written.</param>
    /// <param name="type">How it is written.</param>
    public static Task WriteShortJsonAsync<T>(this HttpResponse response, T value, JsonTypeInfo<T> type)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body).AsTask();
    }
}
