using System.Globalization;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Steelyard.Api.Steel;

/// <summary>Writes an HTML page as Markdown (CommonMark, with tables as in GitHub's): what a language model or a person reads, not the layout.</summary>
internal sealed class Markdown
{
    /// <summary>Of the Markdown, and of what is written on the way to it: nested quotes and lists add something to each of their lines.</summary>
    public const int MostCharacters = 32_000_000;

    private const int DeepestNesting = 200;

    private readonly StringBuilder output = new();
    private readonly Count written;

    private Markdown(Count written) => this.written = written;

    /// <summary>Throws <see cref="UnreadablePageException"/> when it would be too large.</summary>
    public static string From(string html)
    {
        var markdown = new Markdown(new());
        if (new HtmlParser().ParseDocument(html).Body is { } body)
            markdown.Children(body, "", 0);
        return string.Join('\n', markdown.output.ToString().Split('\n').Select(line => line.TrimEnd())).Trim() + "\n";
    }

    private void Children(INode parent, string indent, int depth)
    {
        if (depth > DeepestNesting)
            return;
        foreach (var child in parent.ChildNodes)
        {
            if (child is IText text)
                Text(text.Data);
            else if (child is IElement element)
                Element(element, indent, depth + 1);
        }
    }

    private void Element(IElement element, string indent, int depth)
    {
        switch (element.LocalName)
        {
            case "script" or "style" or "noscript" or "template" or "svg" or "head":
                break;
            case "h1" or "h2" or "h3" or "h4" or "h5" or "h6":
                Block(indent, new string('#', element.LocalName[1] - '0') + " " + Inline(element, depth));
                break;
            case "br":
                Append("\n" + indent);
                break;
            case "hr":
                Block(indent, "---");
                break;
            case "pre":
                Block(indent, "```\n" + element.TextContent.TrimEnd() + "\n```");
                break;
            case "blockquote":
                Block(indent, "> " + Inline(element, depth).Replace("\n", "\n> ", StringComparison.Ordinal));
                break;
            case "ul" or "ol":
                List(element, indent, depth);
                break;
            case "table":
                Table(element, indent, depth);
                break;
            case "a" or "strong" or "b" or "em" or "i" or "code" or "img":
                Append(Marked(element, depth));
                break;
            case "p" or "div" or "section" or "article" or "main" or "header" or "footer" or "nav" or "aside" or "figure" or "form" or "dl" or "dt" or "dd" or "td" or "th" or "caption":
                Break(indent);
                Children(element, indent, depth);
                Break(indent);
                break;
            default:
                Children(element, indent, depth);
                break;
        }
    }

    private string Marked(IElement element, int depth)
    {
        var text = Inline(element, depth);
        return element.LocalName switch
        {
            "img" => $"![{element.GetAttribute("alt")}]({element.GetAttribute("src")})",
            "a" when element.GetAttribute("href") is { Length: > 0 } target => text.Length > 0 ? $"[{text}]({target})" : "",
            "strong" or "b" when text.Length > 0 => $"**{text}**",
            "em" or "i" when text.Length > 0 => $"*{text}*",
            "code" when text.Length > 0 => $"`{element.TextContent.Trim()}`",
            _ => text,
        };
    }

    private void List(IElement list, string indent, int depth)
    {
        Break(indent);
        var number = 1;
        foreach (var item in list.Children.Where(child => child.LocalName == "li"))
        {
            var mark = list.LocalName == "ol" ? string.Create(CultureInfo.InvariantCulture, $"{number++}. ") : "- ";
            Line(indent);
            Append(mark);
            Children(item, indent + new string(' ', mark.Length), depth);
        }

        Break(indent);
    }

    private void Table(IElement table, string indent, int depth)
    {
        // Markdown has no tables in tables: the outer one is there for the layout, mostly.
        if (table.QuerySelector("table") is not null)
        {
            Children(table, indent, depth);
            return;
        }

        var rows = RowsOf(table).Select(row => row.Children.Select(cell => OneLine(Inline(cell, depth))).ToList()).ToList();
        if (rows.Count == 0)
            return;
        var lines = rows.ConvertAll(cells => $"| {string.Join(" | ", cells)} |");
        lines.Insert(1, "|" + string.Concat(Enumerable.Repeat(" --- |", rows[0].Count)));
        Block(indent, string.Join('\n' + indent, lines));
    }

    private static IEnumerable<IElement> RowsOf(IElement table) =>
        table.Children.Where(part => part.LocalName is "thead" or "tbody" or "tfoot").SelectMany(part => part.Children).Where(row => row.LocalName == "tr");

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Replace("|", "\\|", StringComparison.Ordinal);

    private string Inline(IElement element, int depth)
    {
        var inner = new Markdown(written);
        inner.Children(element, "", depth);
        return inner.output.ToString().Trim();
    }

    private void Block(string indent, string text)
    {
        Break(indent);
        Append(text);
        Break(indent);
    }

    // One empty line, however many blocks begin or end here.
    private void Break(string indent)
    {
        Trim(' ', '\n');
        if (output.Length > 0)
            Append("\n\n" + indent);
    }

    // A line of its own, which may be there already.
    private void Line(string indent)
    {
        Trim(' ');
        Append(output.Length == 0 || output[^1] == '\n' ? indent : "\n" + indent);
    }

    private void Trim(params ReadOnlySpan<char> characters)
    {
        var end = output.Length;
        while (end > 0 && characters.Contains(output[end - 1]))
            end--;
        output.Length = end;
    }

    private void Text(string text)
    {
        Charge(text.Length);
        foreach (var c in text)
        {
            if (!char.IsWhiteSpace(c))
                output.Append(c);
            else if (output.Length > 0 && output[^1] is not (' ' or '\n'))
                output.Append(' ');
        }
    }

    private void Append(string text)
    {
        Charge(text.Length);
        output.Append(text);
    }

    private void Charge(int characters)
    {
        if ((written.Characters += characters) > MostCharacters)
            throw new UnreadablePageException("The page is too large to be written as Markdown.");
    }

    // Of all that the parts of one page have written.
    private sealed class Count
    {
        public long Characters { get; set; }
    }
}
