using System.Text;

namespace SteelBrowser.Relay;

/// <summary>The start line and headers of an HTTP/1.1 message, as far as a proxy needs them.</summary>
/// <param name="StartLine">The first line, without its line ending.</param>
/// <param name="Headers">Each header line as received, without its line ending.</param>
internal sealed record HttpHead(string StartLine, IReadOnlyList<string> Headers)
{
    private static readonly string[] OfOneConnection = ["connection", "keep-alive", "proxy-connection", "proxy-authorization"];

    /// <summary>The three words of the start line; missing ones are empty.</summary>
    public (string First, string Second, string Third) Words
    {
        get
        {
            var words = StartLine.Split(' ', 3);
            return (words[0], words.ElementAtOrDefault(1) ?? "", words.ElementAtOrDefault(2) ?? "");
        }
    }

    /// <summary>The status of a response; 0 when this is not a response.</summary>
    public int Status =>
        StartLine.StartsWith("HTTP/1.", StringComparison.Ordinal) && int.TryParse(Words.Second, out var status) ? status : 0;

    /// <summary>Parses a head.</summary>
    /// <param name="bytes">Latin-1, with or without the empty line at the end.</param>
    public static HttpHead Parse(ReadOnlySpan<byte> bytes)
    {
        var lines = Encoding.Latin1.GetString(bytes).Split('\n').Select(line => line.TrimEnd('\r')).ToArray();
        return new(lines[0], [.. lines.Skip(1).TakeWhile(line => line.Length > 0)]);
    }

    /// <summary>
    /// A copy without the headers that apply to one connection only, with <c>Connection: close</c> and the given headers.
    /// </summary>
    public HttpHead ForOneRequest(params IEnumerable<string> more) => this with
    {
        Headers =
        [
            .. Headers.Where(header => !OfOneConnection.Contains(header.Split(':')[0].Trim().ToLowerInvariant())),
            "Connection: close",
            .. more,
        ],
    };

    public byte[] ToBytes() => Encoding.Latin1.GetBytes(string.Join("\r\n", [StartLine, .. Headers, "", ""]));
}
