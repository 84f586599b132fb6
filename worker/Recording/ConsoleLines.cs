using System.Text;

namespace SteelBrowser.Recording;

/// <summary>
/// Finds in a browser's output what its pages write to their console. With <c>--enable-logging=stderr</c>, Chromium writes of each message
/// <code>
/// [PID:TID:MMDD/HHMMSS.MICROSECONDS:INFO:CONSOLE:LINE] "TEXT", source: URL (LINE)
/// </code>
/// where the text can have several lines. Pages choose the text, so they can write what looks like another message: of themselves only.
/// </summary>
internal sealed class ConsoleLines(Action<ConsoleMessage> found)
{
    private const int LongestText = 2000;
    private const string Kind = ":INFO:CONSOLE:";
    private const string Begin = "] \"";
    private const string Source = "\", source: ";

    private readonly StringBuilder text = new();
    private bool isInside;

    /// <param name="line">The next line of the output, without its end.</param>
    public void Add(string line)
    {
        if (BeginOf(line) is { } begin)
        {
            text.Clear();
            isInside = true;
            line = line[begin..];
        }
        else if (isInside)
        {
            line = "\n" + line;
        }
        else
        {
            return;
        }

        var end = line.EndsWith(')') ? line.LastIndexOf(Source, StringComparison.Ordinal) : -1;
        if (text.Length < LongestText)
            text.Append(end < 0 ? line : line[..end]);
        if (end < 0)
            return;
        isInside = false;
        var (source, number) = Split(line[(end + Source.Length)..]);
        found(new(text.ToString(), source, number));
    }

    private static int? BeginOf(string line)
    {
        var kind = line.StartsWith('[') ? line.IndexOf(Kind, StringComparison.Ordinal) : -1;
        var begin = kind < 0 ? -1 : line.IndexOf(Begin, kind, StringComparison.Ordinal);
        return begin < 0 ? null : begin + Begin.Length;
    }

    // URL (LINE)
    private static (string Source, int Line) Split(string text)
    {
        var open = text.LastIndexOf(" (", StringComparison.Ordinal);
        return open >= 0 && int.TryParse(text.AsSpan(open + 2, text.Length - open - 3), out var line) ? (text[..open], line) : (text, 0);
    }
}

/// <summary>What a page has written to its console.</summary>
/// <param name="Text">The text, of at most a few thousand characters.</param>
/// <param name="Source">Address of the script.</param>
/// <param name="Line">Line of the script; 0 when unknown.</param>
internal sealed record ConsoleMessage(string Text, string Source, int Line)
{
    /// <summary>An error that the page has not caught. Pages can write the same themselves.</summary>
    public bool IsError => Text.StartsWith("Uncaught ", StringComparison.Ordinal);
}
