using System.Globalization;

namespace Steelyard.Tests.Unit.WorkerHttp;

/// <summary>HTTP replies as text.</summary>
internal static class Reply
{
    public static string Json(string body, string status = "200 OK") =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");

    public static string Chunked(params string[] chunks) =>
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            + string.Concat(chunks.Append("").Select(chunk => $"{chunk.Length:x}\r\n{chunk}\r\n"));
}
