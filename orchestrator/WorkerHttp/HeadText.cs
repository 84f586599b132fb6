using System.Buffers;
using System.Text;

namespace Steelyard.WorkerHttp;

/// <summary>
/// Texts of clients on their way into the head of a request to a worker or its browser: nothing but ASCII gets there, and no control
/// character.
/// </summary>
internal static class HeadText
{
    private static readonly SearchValues<char> Visible =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code)]);

    /// <summary>
    /// A path with query for a request line: what is not visible ASCII is percent-encoded, as UTF-8. The text itself when there is no
    /// such thing in it.
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
                escaped.Append((char)rune.Value);
            else
                escaped.Append('%').AppendJoin('%', bytes[..rune.EncodeToUtf8(bytes)].ToArray().Select(value => value.ToString("X2", null)));
        }

        return escaped.ToString();
    }

    /// <summary>Whether a text may be a header's value: visible ASCII and spaces only.</summary>
    public static bool IsValue(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
