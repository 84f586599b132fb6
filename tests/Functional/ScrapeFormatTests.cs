using System.Net;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>The formats in which the bundled worker returns a page's text.</summary>
public sealed class ScrapeFormatTests
{
    private const string Deep = "<xmp id=x></xmp><script>x.textContent = '</xmp>' + '<div>'.repeat(N)</script>";

    private static readonly string[] All = ["html", "cleaned_html", "markdown", "readability"];

    private static readonly (string Html, string Markdown)[] Written =
    [
        ("<h2>A <b>bold</b> one</h2><p>text", "## A **bold** one\n\ntext\n"),
        ("one<br>two<hr>three", "one\ntwo\n\n---\n\nthree\n"),
        ("<ul><li>a<ol><li>b<li>c</ol><li>d</ul>", "-   a\n    1.  b\n    2.  c\n-   d\n"),
        ("<blockquote>said <i>so</i><p>twice</blockquote>", "> said *so*\n>\n> twice\n"),
        ("<pre>a\n  b</pre>", "```\na\n  b\n```\n"),
        ("<a href=/x>to <em>x</em></a> <a href=/y></a><a>z</a> <img src=i.png alt=I>", "[to *x*](SITE/x) z ![I](SITE/i.png)\n"),
        (
            "<a href='x (1) ä.html?a b'>a</a> <a href='javascript:x()'>j</a> <a href='http://[bad'>b</a>",
            "[a](SITE/x%20%281%29%20%C3%A4.html?a%20b) j b\n"),
        (
            "<base href=http://base.example/b/c><a href=x>l</a> <img src=//cdn.example/i.png>",
            "[l](http://base.example/b/x) ![](http://cdn.example/i.png)\n"),
        ("<pre>  ```js\ncode\n````</pre>", "`````\n  ```js\ncode\n````\n`````\n"),
        ("<pre><code class='x language-py'>def f():<br>    return 1</code></pre>", "```py\ndef f():\n    return 1\n```\n"),
        ("<pre><code>a</code>\n<code>b</code></pre>", "```\na\nb\n```\n"),
        ("<ul><li><pre>    if x:\n        y</pre><li>z</ul>", "-   ```\n        if x:\n            y\n    ```\n\n-   z\n"),
        ("<ol start=5><li>a<li>b</ol>", "5.  a\n6.  b\n"),
        ("<code>a `b` c</code> <code>``</code>", "``a `b` c`` ` `` `\n"),
        (
            "&lt;b&gt;x&lt;/b&gt; a &lt; b &amp;lt; AT&amp;T &lt;!-- c --&gt; <img src=i.png alt='<i>'>",
            "\\<b>x\\</b> a < b \\&lt; AT&T \\<!-- c --> ![\\<i>](SITE/i.png)\n"),
        ("<code>a < b</code><script>x</script><style>y</style>", "`a < b`\n"),
        ("", "\n"),
        (
            "<table><thead><tr><th>a<th>b</thead><tbody><tr><td>1|2<td>3</tbody><tfoot><tr><td>s</tfoot></table>",
            "| a | b |\n| --- | --- |\n| 1\\|2 | 3 |\n| s |\n"),
        ("<table><caption>c</caption></table>", "\n"),
        ("<table><tr><td>out<table><tr><td>in</table></table>", "out\n\n| in |\n| --- |\n"),
    ];

    [Fact]
    public async Task Markdown_reads_as_the_page_does()
    {
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync(Written.Select((page, i) => ($"/{i}", page.Html)).ToDictionary());
        for (var i = 0; i < Written.Length; i++)
        {
            var expected = Written[i].Markdown.Replace("SITE", site.Url, StringComparison.Ordinal);
            Assert.Equal(expected, (string?)(await ScrapeAsync(worker, $"{site.Url}/{i}", "markdown"))["markdown"]);
        }
    }

    [Fact]
    public async Task What_is_not_HTML_comes_as_it_is_and_a_PDF_is_refused()
    {
        const string json = """{"a":[1,"<b>","`"]}""";
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync(new() { ["/a.json"] = json, ["/a.txt"] = json, ["/a.pdf"] = "%PDF-1.4" });
        foreach (var name in new[] { "a.json", "a.txt" })
        {
            var content = await ScrapeAsync(worker, $"{site.Url}/{name}", All);
            Assert.Equal((json, json, json), ((string?)content["html"], (string?)content["cleaned_html"], (string?)content["markdown"]));
            Assert.Equal(json, (string?)content["readability"]!["textContent"]);
        }

        using var refused = await worker.PostAsync(worker.PathOf("scrape"), $$"""{"url":"{{site.Url}}/a.pdf"}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains("a download, such as a PDF", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Markdown_tells_tables_in_tables_once()
    {
        var html = "x";
        for (var depth = 0; depth < 12; depth++)
            html = $"<table><tr><td>c{depth}.</td></tr><tr><td>{html}</td></tr></table>";
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync(new() { ["/"] = html });
        var markdown = (string)(await ScrapeAsync(worker, $"{site.Url}/", "markdown"))["markdown"]!;
        for (var depth = 0; depth < 12; depth++)
            Assert.Equal(2, markdown.Split($"c{depth}.").Length);
    }

    [Fact]
    public async Task Readability_finds_the_article_and_each_format_that_is_asked_for_is_there_and_no_other()
    {
        var words = string.Concat(
            Enumerable.Repeat("<p>" + string.Concat(Enumerable.Repeat("Many words of a long story, told at length. ", 10)) + "</p>", 10));
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync(
            new() { ["/"] = $"<title>T</title><nav><a href=/a>a</a></nav><article><h1>News</h1>{words}</article><footer>f</footer>" });
        var content = await ScrapeAsync(worker, $"{site.Url}/", "markdown", "readability");
        Assert.Equal(["markdown", "readability"], content.Select(pair => pair.Key));
        Assert.Contains("# News\n\nMany words", (string?)content["markdown"], StringComparison.Ordinal);
        Assert.Equal("T", (string?)content["readability"]!["title"]);
        Assert.StartsWith(
            "Many words of a long story",
            ((string)content["readability"]!["textContent"]!).Replace("News", "", StringComparison.Ordinal).Trim(),
            StringComparison.Ordinal);
        Assert.Equal(["html"], (await ScrapeAsync(worker, $"{site.Url}/")).Select(pair => pair.Key));
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(50_000)]
    public async Task Markup_in_a_text_stays_text(int depth)
    {
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync(new() { ["/"] = Deep.Replace("N", $"{depth}", StringComparison.Ordinal) });
        var content = await ScrapeAsync(worker, $"{site.Url}/", All);
        Assert.Equal(All, content.Select(pair => pair.Key));
        Assert.Contains(@"\<div>\<div>", (string?)content["markdown"], StringComparison.Ordinal);
        Assert.StartsWith("</xmp><div><div>", (string?)content["readability"]!["textContent"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_cannot_pass_off_its_own_for_the_documents()
    {
        string[] names =
        [
            "documentElement", "body", "title", "cloneNode", "querySelectorAll", "createElement", "firstChild", "parentNode", "attributes",
            "remove", "childNodes", "module",
        ];
        var clobbered = string.Concat(
            names.Select(name => $"<form name={name} id={name}><input name={name}><p>in {name}</p></form><img name={name}>"));
        var scripted = """
            <script>
            let n = 0;
            Array.prototype.map = JSON.stringify = Document.prototype.querySelectorAll = String.prototype.toWellFormed = () => 'forged';
            Object.defineProperty(Document.prototype, 'title', { get: () => 'forged' });
            customElements.define('x-spy', class extends HTMLElement {
              constructor() { super(); document.querySelector('body').dataset.spied = ++n; }
            });
            </script>
            """;
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync(new()
        {
            ["/"] =
                $"<title>True</title><body><x-spy></x-spy><p>{string.Concat(Enumerable.Repeat("Words of a story, at length. ", 40))}</p>" +
                $"{clobbered}{scripted}",
        });
        var scraped = await worker.CallAsync("scrape", $$"""{"url":"{{site.Url}}/","format":["{{string.Join("\",\"", All)}}"]}""");
        Assert.Equal("True", (string?)scraped["metadata"]!["title"]);
        Assert.Equal("True", (string?)scraped["content"]!["readability"]!["title"]);
        foreach (var name in names)
            Assert.Contains($"in {name}", (string?)scraped["content"]!["markdown"], StringComparison.Ordinal);
        Assert.Contains("data-spied=\"1\"", (string?)(await ScrapeAsync(worker, null))["html"], StringComparison.Ordinal);
    }

    // Each nested list indents every line again. Hidden content needs no layout, so the page loads quickly.
    [Fact]
    public async Task A_page_that_takes_too_long_is_a_502_and_the_session_goes_on()
    {
        var html = "<body hidden>" + string.Concat(Enumerable.Repeat("<ul><li>", 190)) +
            string.Concat(Enumerable.Repeat("line<br>", 50_000)) + string.Concat(Enumerable.Repeat("</ul>", 190));
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync(new() { ["/"] = html, ["/next"] = "<p>next" });
        using (var reply = await worker.PostAsync(worker.PathOf("scrape"), $$"""{"url":"{{site.Url}}/","format":["markdown"]}"""))
        {
            Assert.Equal(HttpStatusCode.BadGateway, reply.StatusCode);
            Assert.Contains(
                "could not be turned into markdown within 30 s", await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal("next\n", (string?)(await ScrapeAsync(worker, $"{site.Url}/next", "markdown"))["markdown"]);
    }

    [Fact]
    public async Task An_unknown_format_is_a_400_that_names_it()
    {
        await using var worker = await WorkerProcess.StartAsync();
        foreach (var (formats, field) in new[] { ("""["odt"]""", "format[0]"), ("""["html",1]""", "format[1]"), ("\"html\"", "format") })
            Assert.Equal(field, await worker.RefusedFieldAsync("scrape", $$"""{"format":{{formats}}}"""));
        Assert.Equal("format", await worker.RefusedFieldAsync("pdf", """{"format":["html"]}"""));
    }

    // Scrapes a page and returns its content; without a URL, scrapes the current page.
    private static async Task<JsonObject> ScrapeAsync(WorkerProcess worker, string? url, params string[] formats)
    {
        var body = new JsonObject();
        if (url is not null)
            body["url"] = url;
        if (formats.Length > 0)
            body["format"] = new JsonArray([.. formats.Select(format => JsonValue.Create(format))]);
        return (await worker.CallAsync("scrape", body.ToJsonString()))["content"]!.AsObject();
    }
}
