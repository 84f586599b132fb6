using System.Globalization;
using System.Text;

namespace Steelyard.WorkerHttp;

/// <summary>
/// A request to a worker. A POST or PUT always has a JSON content type and a Content-Length, whatever the client sent.
/// </summary>
/// <param name="Method">GET, POST, PUT or DELETE.</param>
/// <param name="Path">Absolute path, escaped. Characters that a request line cannot contain are escaped here.</param>
/// <param name="Body">JSON, for POST or PUT.</param>
internal readonly record struct WorkerRequest(string Method, string Path, ReadOnlyMemory<byte> Body = default)
{
    public string Path { get; } = HeadText.Escape(Path);

    /// <summary>The node sends this request for itself. The limit for concurrent calls of clients does not apply.</summary>
    public bool IsOurs { get; init; }

    /// <summary>
    /// Maximum size of the reply's body in bytes, if web pages decide its size: such replies share a budget. Null for the usual limit of
    /// the <see cref="WorkerClient"/>.
    /// </summary>
    public int? MaxReplyBytes { get; init; }

    /// <summary>The request is idempotent.</summary>
    public bool CanBeRepeated => Method is "GET" or "DELETE";

    private string Tail => Method is "POST" or "PUT"
        ? string.Create(
            CultureInfo.InvariantCulture,
            $" HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n")
        : " HTTP/1.1\r\nHost: localhost\r\n\r\n";

    /// <summary>Size of the request line and headers in bytes.</summary>
    public int HeadLength => Method.Length + 1 + Path.Length + Tail.Length;

    public void WriteHead(Span<byte> buffer)
    {
        var length = Encoding.ASCII.GetBytes(Method, buffer);
        buffer[length++] = (byte)' ';
        length += Encoding.ASCII.GetBytes(Path, buffer[length..]);
        Encoding.ASCII.GetBytes(Tail, buffer[length..]);
    }
}
