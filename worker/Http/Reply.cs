using System.Buffers;
using System.Text;
using System.Text.Json;
using Steelyard.Contract;

namespace SteelBrowser.Http;

/// <summary>The complete answer to one request, built before any byte of it is sent.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="ContentType">Null when there is no body.</param>
/// <param name="Body">The bytes of the body.</param>
internal sealed record Reply(int Status, string? ContentType, ReadOnlyMemory<byte> Body)
{
    public static readonly Reply NoContent = new(StatusCodes.Status204NoContent, null, default);
    public static readonly Reply Forbidden = Error(StatusCodes.Status403Forbidden, "web pages may not call this worker");
    public static readonly Reply NotFound = Error(StatusCodes.Status404NotFound, "no such session");

    public string? Location { get; init; }

    public string? Allow { get; init; }

    /// <summary>What the caller should know about the page that the body shows: JSON, in ASCII.</summary>
    public string? PageState { get; init; }

    public static Reply Text(string text) => new(StatusCodes.Status200OK, "text/plain", Encoding.ASCII.GetBytes(text));

    public static Reply Json(int status, ReadOnlyMemory<byte> json) => new(status, "application/json", json);

    /// <param name="status">HTTP status.</param>
    /// <param name="message">A fixed text without quotes or backslashes: it is not escaped.</param>
    public static Reply Error(int status, string message) => Json(status, Encoding.UTF8.GetBytes($$"""{"message":"{{message}}"}"""));

    /// <param name="status">HTTP status.</param>
    /// <param name="message">Any text; it is escaped.</param>
    /// <param name="field">The field of the request that the message is about; null omits it.</param>
    public static Reply Problem(int status, string message, string? field = null)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("message"u8, message);
            if (field is not null)
                json.WriteString("field"u8, field);
            json.WriteEndObject();
        }

        return Json(status, body.WrittenMemory);
    }

    public async Task WriteAsync(HttpResponse response)
    {
        response.StatusCode = Status;
        if (Location is not null)
            response.Headers.Location = Location;
        if (Allow is not null)
            response.Headers.Allow = Allow;
        if (PageState is not null)
            response.Headers[WorkerHeaders.PageState] = PageState;
        if (ContentType is null)
            return;
        response.ContentType = ContentType;
        response.ContentLength = Body.Length;
        await response.BodyWriter.WriteAsync(Body);
    }
}
