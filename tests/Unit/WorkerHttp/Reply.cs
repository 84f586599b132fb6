using System.Globalization;
using System.Text;
using Steelyard.WorkerHttp;

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

    /// <summary>The body of a reply that was read.</summary>
    public static string Text(WorkerReply reply) => Encoding.Latin1.GetString(reply.Body.Span);
}
