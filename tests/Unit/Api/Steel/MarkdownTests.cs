using Steelyard.Api.Steel;

namespace Steelyard.Tests.Unit.Api.Steel;

public sealed class MarkdownTests
{
    [Theory]
    [InlineData("<h2>A <b>bold</b> one</h2><p>text", "## A **bold** one\n\ntext\n")]
    [InlineData("one<br>two<hr>three", "one\ntwo\n\n---\n\nthree\n")]
    [InlineData("<ul><li>a<ol><li>b<li>c</ol><li>d</ul>", "- a\n\n  1. b\n  2. c\n\n- d\n")]
    [InlineData("<blockquote>said <i>so</i><p>twice</blockquote>", "> said *so*\n>\n> twice\n")]
    [InlineData("<pre>a\n  b</pre>", "```\na\n  b\n```\n")]
    [InlineData("<a href=/x>to <em>x</em></a> <a href=/y></a><a>z</a> <img src=i.png alt=I>", "[to *x*](/x) z ![I](i.png)\n")]
    [InlineData("<code>a < b</code><script>x</script><style>y</style>", "`a < b`\n")]
    [InlineData("", "\n")]
    public void It_reads_as_the_page_does(string html, string markdown) => Assert.Equal(markdown, Markdown.From(html));

    [Theory]
    [InlineData("<table><thead><tr><th>a<th>b</thead><tbody><tr><td>1|2<td>3</tbody><tfoot><tr><td>s</tfoot></table>", "| a | b |\n| --- | --- |\n| 1\\|2 | 3 |\n| s |\n")]
    [InlineData("<table><caption>c</caption></table>", "\n")]
    [InlineData("<table><tr><td>out<table><tr><td>in</table></table>", "out\n\n| in |\n| --- |\n")]
    public void A_table_has_its_own_rows_only(string html, string markdown) => Assert.Equal(markdown, Markdown.From(html));

    [Fact]
    public void Tables_in_tables_are_told_once()
    {
        var html = "x";
        for (var depth = 0; depth < 12; depth++)
            html = $"<table><tr><td>c{depth}.</td></tr><tr><td>{html}</td></tr></table>";
        var markdown = Markdown.From(html);
        for (var depth = 0; depth < 12; depth++)
            Assert.Equal(2, markdown.Split($"c{depth}.").Length);
    }

    [Theory]
    [InlineData("table")]
    [InlineData("blockquote")]
    [InlineData("b")]
    [InlineData("ul")]
    public void Nesting_makes_no_short_page_long(string kind)
    {
        var (open, close) = kind switch
        {
            "table" => ("<table><tr><td>|", "</table>"),
            "ul" => ("<ul><li>", "</ul>"),
            _ => ($"<{kind}>", $"</{kind}>"),
        };
        var html = string.Concat(Enumerable.Repeat(open, 190)) + string.Concat(Enumerable.Repeat("line<br>", 20_000)) + string.Concat(Enumerable.Repeat(close, 190));
        try
        {
            Assert.InRange(Markdown.From(html).Length, 0, Markdown.MostCharacters);
        }
        catch (UnreadablePageException e)
        {
            Assert.Contains("too large", e.Message, StringComparison.Ordinal);
        }
    }
}
