using System.Globalization;
using System.Text;

namespace Steelyard.WorkerHttp;

/// <summary>A request to a worker: always with a JSON content type and a length when it has a body, whatever the client sent.</summary>
/// <param name="Method">GET, POST, PUT or DELETE.</param>
/// <param name="Path">Absolute path, escaped; what a request line cannot hold is escaped here.</param>
/// <param name="Body">JSON; sent with POST only.</param>
internal readonly record struct WorkerRequest(string Method, string Path, ReadOnlyMemory<byte> Body = default)
{
    public string Path { get; } = HeadText.Escape(Path);

    /// <summary>We ask it on our own behalf: clients cannot crowd it out.</summary>
    public bool IsOurs { get; init; }

    /// <summary>
    /// The most its reply's body may have, in bytes, where a page decides its size: such replies share a budget. Null for the client's
    /// usual limit.
    /// </summary>
    public int? MaxReplyBytes { get; init; }

    /// <summary>Asking twice does no more than asking once.</summary>
    public bool CanBeRepeated => Method is "GET" or "DELETE";

    private string Tail => Method is "POST" or "PUT"
        ? string.Create(CultureInfo.InvariantCulture, $" HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n")
        : " HTTP/1.1\r\nHost: localhost\r\n\r\n";

    /// <summary>Bytes of the request line and headers.</summary>
    public int HeadLength => Method.Length + 1 + Path.Length + Tail.Length;

    public void WriteHead(Span<byte> buffer)
    {
        var length = Encoding.ASCII.GetBytes(Method, buffer);
        buffer[length++] = (byte)' ';
        length += Encoding.ASCII.GetBytes(Path, buffer[length..]);
        Encoding.ASCII.GetBytes(Tail, buffer[length..]);
    }
}
