using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Steelyard.WorkerHttp;

/// <summary>The status line and the relevant headers of a worker's reply (RFC 9112 §4–6).</summary>
internal struct ReplyHead
{
    // Headers that are passed on must not break the reply to the client.
    private static readonly SearchValues<byte> ControlCharacters = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Where(value => value != '\t').Select(value => (byte)value), 127]);

    public int Status;
    public long? ContentLength;
    public bool Chunked;
    public bool KeepAlive;
    public string ContentType;

    public readonly bool HasNoBody => Status is 204 or 205 or 304;

    /// <summary>Returns false if a reply cannot begin with these bytes.</summary>
    public static bool MayBegin(ReadOnlySpan<byte> bytes)
    {
        var known = "HTTP/1."u8;
        var length = Math.Min(bytes.Length, known.Length);
        return bytes[..length].SequenceEqual(known[..length]);
    }

    public static bool TryParse(ReadOnlySpan<byte> bytes, out ReplyHead head)
    {
        head = new() { ContentType = "application/json", KeepAlive = true };
        var lineEnd = bytes.IndexOf("\r\n"u8);
        var line = lineEnd < 0 ? bytes : bytes[..lineEnd];
        if (line.Length < 12 || !MayBegin(line) || line[7] is not ((byte)'0' or (byte)'1') || line[8] != ' '
            || !TryParseDigits(line[9..12], out var status) || status < 100 || (line.Length > 12 && line[12] != ' '))
            return false;
        head.Status = (int)status;
        head.KeepAlive = line[7] == '1';
        while (lineEnd >= 0)
        {
            bytes = bytes[(lineEnd + 2)..];
            lineEnd = bytes.IndexOf("\r\n"u8);
            if (!head.TryAddHeader(lineEnd < 0 ? bytes : bytes[..lineEnd]))
                return false;
        }

        // A reply with both headers is an attempt at smuggling (RFC 9112 §6.3).
        return !(head.Chunked && head.ContentLength is not null);
    }

    /// <summary>Parses the size in a chunk's first line. Ignores an extension after a semicolon.</summary>
    public static bool TryParseChunkSize(ReadOnlySpan<byte> line, out int size)
    {
        var end = line.IndexOf((byte)';');
        var digits = (end < 0 ? line : line[..end]).Trim((byte)' ');
        return int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out size) && size >= 0;
    }

    private bool TryAddHeader(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        var name = line[..Math.Max(colon, 0)];
        if (name.IsEmpty || name.ContainsAny(" \t"u8) || line.ContainsAny(ControlCharacters))
            return false;
        var value = line[(colon + 1)..].Trim(" \t"u8);
        if (Ascii.EqualsIgnoreCase(name, "content-length"u8))
        {
            if (!TryParseDigits(value, out var length) || (ContentLength is { } other && other != length))
                return false;
            ContentLength = length;
        }
        else if (Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8))
        {
            Chunked = Ascii.EqualsIgnoreCase(value, "chunked"u8);
            return Chunked;
        }
        else if (Ascii.EqualsIgnoreCase(name, "connection"u8))
        {
            KeepAlive = Ascii.EqualsIgnoreCase(value, "keep-alive"u8) || (KeepAlive && !Ascii.EqualsIgnoreCase(value, "close"u8));
        }
        else if (Ascii.EqualsIgnoreCase(name, "content-type"u8) && !value.SequenceEqual("application/json"u8))
        {
            ContentType = PassedContentType.Of(Encoding.ASCII.GetString(value));
        }

        return true;
    }

    private static bool TryParseDigits(ReadOnlySpan<byte> digits, out long value) =>
        Utf8Parser.TryParse(digits, out value, out var consumed, 'D') && consumed == digits.Length && char.IsAsciiDigit((char)digits[0]);
}
