using System.Text;

namespace SteelBrowser.Relay;

/// <summary>The start line and headers of an HTTP/1.1 message, as far as a proxy has to know them.</summary>
/// <param name="StartLine">Without its line end.</param>
/// <param name="Headers">Each line as it came, without its line end.</param>
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

    /// <summary>The status of a response; 0 when it is none.</summary>
    public int Status => StartLine.StartsWith("HTTP/1.", StringComparison.Ordinal) && int.TryParse(Words.Second, out var status) ? status : 0;

    /// <param name="bytes">Latin-1, with or without the empty line at the end.</param>
    public static HttpHead Parse(ReadOnlySpan<byte> bytes)
    {
        var lines = Encoding.Latin1.GetString(bytes).Split('\n').Select(line => line.TrimEnd('\r')).ToArray();
        return new(lines[0], [.. lines.Skip(1).TakeWhile(line => line.Length > 0)]);
    }

    /// <summary>The same without what is meant for one connection only, and with <c>Connection: close</c>.</summary>
    public HttpHead ForOneRequest(params IEnumerable<string> more) => this with
    {
        Headers = [.. Headers.Where(header => !OfOneConnection.Contains(header.Split(':')[0].Trim().ToLowerInvariant())), "Connection: close", .. more],
    };

    public byte[] ToBytes() => Encoding.Latin1.GetBytes(string.Join("\r\n", [StartLine, .. Headers, "", ""]));
}
