using System.Globalization;
using System.Text.Unicode;

namespace Steelyard.WorkerHttp;

/// <summary>
/// A request to a worker. A POST or PUT always has a JSON content type and a Content-Length, whatever the client sent.
/// </summary>
/// <param name="Method">GET, POST, PUT or DELETE.</param>
/// <param name="Path">Absolute path, escaped. Characters that a request line cannot contain are escaped here.</param>
/// <param name="Body">JSON, for POST or PUT.</param>
internal readonly record struct WorkerRequest(string Method, string Path, ReadOnlyMemory<byte> Body = default)
{
    private const int MaxTailLength = 128; // All but the method and the path.

    public string Path { get; } = HeadText.Escape(Path);

    /// <summary>The node sends this request for itself. The limit for concurrent calls of clients does not apply.</summary>
    public bool IsOurs { get; init; }

    /// <summary>
    /// Maximum size of the reply's body in bytes, if web pages decide its size: such replies share a budget. Null for the usual limit of
    /// the <see cref="WorkerClient"/>.
    /// </summary>
    public int? MaxReplyBytes { get; init; }

    /// <summary>More headers, as <c>Name: value</c>, with CR LF between two of them; null for none.</summary>
    public string? Headers { get; init; }

    /// <summary>The request is idempotent.</summary>
    public bool CanBeRepeated => Method is "GET" or "DELETE";

    /// <summary>Size in bytes that the request line and headers do not exceed.</summary>
    public int MaxHeadLength => Method.Length + Path.Length + (Headers?.Length ?? 0) + MaxTailLength;

    /// <summary>Writes the request line and headers. Returns their size in bytes.</summary>
    /// <param name="buffer">Has space for <see cref="MaxHeadLength"/> bytes.</param>
    public int WriteHead(Span<byte> buffer)
    {
        var hasBody = Method is "POST" or "PUT";
        var (headers, end) = (Headers, Headers is null ? "" : "\r\n");
        var isWritten = hasBody
            ? Utf8.TryWrite(
                buffer,
                CultureInfo.InvariantCulture,
                $"{Method} {Path} HTTP/1.1\r\nHost: localhost\r\n{headers}{end}" +
                    $"Content-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n",
                out var length)
            : Utf8.TryWrite(buffer, $"{Method} {Path} HTTP/1.1\r\nHost: localhost\r\n{headers}{end}\r\n", out length);
        return isWritten ? length : throw new ArgumentException("The head does not fit.", nameof(buffer));
    }
}
