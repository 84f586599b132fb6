using System.Globalization;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Steelyard.Api.Steel;

/// <summary>Writes an HTML page as Markdown (CommonMark, with tables as in GitHub's): what a language model or a person reads, not the layout.</summary>
internal sealed class Markdown
{
    private const int DeepestNesting = 200;

    private readonly StringBuilder output = new();

    public static string From(string html)
    {
        var markdown = new Markdown();
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
                output.Append('\n').Append(indent);
                break;
            case "hr":
                Block(indent, "---");
                break;
            case "pre":
                Block(indent, "```\n" + element.TextContent.TrimEnd() + "\n```");
                break;
            case "blockquote":
                Block(indent, string.Join('\n', Inline(element, depth).Split('\n').Select(line => "> " + line)));
                break;
            case "ul" or "ol":
                List(element, indent, depth);
                break;
            case "table":
                Table(element, indent, depth);
                break;
            case "a" or "strong" or "b" or "em" or "i" or "code" or "img":
                output.Append(Marked(element, depth));
                break;
            case "p" or "div" or "section" or "article" or "main" or "header" or "footer" or "nav" or "aside" or "figure" or "form" or "dl" or "dt" or "dd":
                Break(indent);
                Children(element, indent, depth);
                Break(indent);
                break;
            default:
                Children(element, indent, depth);
                break;
        }
    }

    private static string Marked(IElement element, int depth)
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
            output.Append('\n').Append(indent).Append(mark);
            Children(item, indent + new string(' ', mark.Length), depth);
        }

        Break(indent);
    }

    private void Table(IElement table, string indent, int depth)
    {
        var rows = table.QuerySelectorAll("tr").Select(row => row.Children.Select(cell => Inline(cell, depth).Replace('\n', ' ').Replace("|", "\\|", StringComparison.Ordinal)).ToList()).ToList();
        if (rows.Count == 0)
            return;
        var lines = rows.ConvertAll(cells => $"| {string.Join(" | ", cells)} |");
        lines.Insert(1, "|" + string.Concat(Enumerable.Repeat(" --- |", rows[0].Count)));
        Block(indent, string.Join('\n' + indent, lines));
    }

    private static string Inline(IElement element, int depth)
    {
        var inner = new Markdown();
        inner.Children(element, "", depth);
        return inner.output.ToString().Trim();
    }

    private void Block(string indent, string text)
    {
        Break(indent);
        output.Append(text);
        Break(indent);
    }

    // One empty line, however many blocks begin or end here.
    private void Break(string indent)
    {
        var end = output.Length;
        while (end > 0 && output[end - 1] is (' ' or '\n'))
            end--;
        output.Length = end;
        if (end > 0)
            output.Append("\n\n").Append(indent);
    }

    private void Text(string text)
    {
        foreach (var c in text)
        {
            if (!char.IsWhiteSpace(c))
                output.Append(c);
            else if (output.Length > 0 && output[^1] is not (' ' or '\n'))
                output.Append(' ');
        }
    }
}
