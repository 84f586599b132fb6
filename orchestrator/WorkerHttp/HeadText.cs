using System.Buffers;
using System.Text;

namespace Steelyard.WorkerHttp;

/// <summary>
/// Checks and escapes texts of clients that become part of the head of a request to a worker or its browser. The head contains only ASCII
/// and no control characters.
/// </summary>
internal static class HeadText
{
    private static readonly SearchValues<char> Visible =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code)]);

    /// <summary>
    /// Escapes a path with query for a request line: percent-encodes, as UTF-8, all characters that are not visible ASCII. Returns the same
    /// string if there are none.
    /// </summary>
    public static string Escape(string target)
    {
        if (!target.AsSpan().ContainsAnyExcept(Visible))
            return target;
        var escaped = new StringBuilder(target.Length * 2);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in target.EnumerateRunes())
        {
            if (rune.IsAscii && Visible.Contains((char)rune.Value))
            {
                escaped.Append((char)rune.Value);
            }
            else
            {
                escaped.Append('%')
                    .AppendJoin('%', bytes[..rune.EncodeToUtf8(bytes)].ToArray().Select(value => value.ToString("X2", null)));
            }
        }

        return escaped.ToString();
    }

    /// <summary>Returns true if a text can be a header value: it contains only visible ASCII and spaces.</summary>
    public static bool IsValue(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
