using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>The functions of the bundled worker beyond the worker API, tested from inside its pages.</summary>
public sealed class WorkerExtrasTests
{
    private static readonly (string Call, string Body, string Field)[] BadInput =
    [
        ("scrape", """{"url":"file:///etc/passwd"}""", "url"),
        ("scrape", """{"url":"two words"}""", "url"),
        ("scrape", """{"delay":30001}""", "delay"),
        ("pdf", """{"fullPage":true}""", "fullPage"),
        ("screenshot", """{"fullPage":1}""", "fullPage"),
        ("setup", """{"speed":1}""", "speed"),
        ("setup", """{"dimensions":{"width":0,"height":100}}""", "dimensions.width"),
        ("setup", """{"dimensions":{"width":800}}""", "dimensions.height"),
        ("setup", """{"timezone":"Mars/Base"}""", "timezone"),
        ("setup", """{"timezone":"../etc"}""", "timezone"),
        ("setup", """{"locale":"deutsch!"}""", "locale"),
        ("setup", """{"userAgent":"a\nb"}""", "userAgent"),
        ("setup", """{"proxy":{"url":"ftp://host"}}""", "proxy.url"),
        ("setup", """{"proxy":{"url":"http://me:secret@host:1"}}""", "proxy.url"),
        ("setup", """{"proxy":{"url":"http://host:1","password":"x"}}""", "proxy.username"),
        ("setup", """{"block":{"hosts":["https://a.b"]}}""", "block.hosts[0]"),
        ("setup", """{"context":{"cookies":[{"name":"a","value":"b"}]}}""", "context.cookies[0].domain"),
        ("setup", """{"context":{"localStorage":{"example.com":{}}}}""", "context.localStorage.example.com"),
        ("setup", """{"context":{"localStorage":{"https://a.example":{"k":1}}}}""", "context.localStorage.https://a.example.k"),
        ("computer", """{"action":"fly"}""", "action"),
        ("computer", """{"action":"move_mouse"}""", "coordinates"),
        ("computer", """{"action":"move_mouse","coordinates":[1]}""", "coordinates"),
        ("computer", """{"action":"press_key","keys":["Hyper"]}""", "keys[0]"),
        ("computer", """{"action":"wait","duration":61}""", "duration"),
        ("computer", """{"action":"click_mouse","button":"side"}""", "button"),
    ];

    [Fact]
    public async Task A_client_that_closes_its_browser_ends_the_worker_with_a_status_of_its_own()
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var client = await worker.AttachAsync();
        await client.CallAsync("Browser.close");
        Assert.Equal(4, (await worker.Exited.WaitAsync(TimeSpan.FromSeconds(10))).Code);
    }

    [Fact]
    public async Task Any_other_end_of_the_browser_is_the_workers()
    {
        await using var worker = await WorkerProcess.StartAsync();
        Kill.Now(worker.BrowserPid());
        Assert.Equal(3, (await worker.Exited.WaitAsync(TimeSpan.FromSeconds(10))).Code);
    }

    [Fact]
    public async Task No_page_may_call_a_worker()
    {
        await using var worker = await WorkerProcess.StartAsync();
        foreach (var header in new[] { "Origin", "Sec-Fetch-Site" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
            request.Headers.Add(header, "null");
            using var reply = await worker.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.Forbidden, reply.StatusCode);
        }
    }

    [Fact]
    public async Task A_worker_without_a_browser_has_no_extras()
    {
        await using var worker = await WorkerProcess.StartAsync("simulated");
        foreach (var call in new[] { "context", "usage", "files", "files.zip" })
            Assert.Equal(HttpStatusCode.NotFound, await worker.StatusOfAsync(worker.PathOf(call)));
    }

    [Fact]
    public async Task Extras_are_for_the_present_session_only()
    {
        await using var worker = await WorkerProcess.StartAsync();
        var before = worker.Id;
        await worker.CreateAsync();
        Assert.Equal(HttpStatusCode.NotFound, await worker.StatusOfAsync($"/sessions/{before}/context"));
        Assert.Equal(HttpStatusCode.OK, await worker.StatusOfAsync(worker.PathOf("context")));
    }

    [Fact]
    public async Task A_page_is_scraped_with_its_status_links_and_metadata()
    {
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync(new()
        {
            ["/page"] = """
                <html lang=en><head><title>A page</title><meta name=description content="What it is"><meta property="og:title" content="OG">
                <link rel=icon href=/icon.png><style>p{}</style><script type="application/ld+json">{"@type":"Thing"}</script></head>
                <body><!-- hidden --><p onclick="x()">Text</p><a href="other?q=1">Other</a><script>document.body.append('rendered')</script>
                </body></html>
                """,
        });
        var scraped = await worker.CallAsync("scrape", $$"""{"url":"{{site.Url}}/moved","format":["html","cleaned_html"]}""");
        var (html, clean, metadata) =
            ((string)scraped["content"]!["html"]!, (string)scraped["content"]!["cleaned_html"]!, scraped["metadata"]!);
        Assert.Contains("rendered", html, StringComparison.Ordinal);
        Assert.Contains("<p>Text</p>", clean, StringComparison.Ordinal);
        foreach (var noise in new[] { "<script", "<style", "hidden", "onclick" })
            Assert.DoesNotContain(noise, clean, StringComparison.Ordinal);
        Assert.Equal(
            ("Other", $"http://localhost:{site.Port}/other?q=1"),
            ((string)scraped["links"]![0]!["text"]!, (string)scraped["links"]![0]!["url"]!));
        Assert.Equal(200, (int)metadata["statusCode"]!);
        foreach (var (name, value) in new[] { ("title", "A page"), ("description", "What it is"), ("ogTitle", "OG"), ("language", "en") })
            Assert.Equal(value, (string)metadata[name]!);
        Assert.Equal("Thing", (string)metadata["jsonLd"]!["@type"]!);
        Assert.Equal($"http://localhost:{site.Port}/icon.png", (string)metadata["favicon"]!);
        var missing = await worker.CallAsync("scrape", $$"""{"url":"{{site.Url}}/missing"}""");
        Assert.Equal(404, (int)missing["metadata"]!["statusCode"]!);
        Assert.Equal($"{site.Url}/missing", (string)(await worker.CallAsync("scrape", "{}"))["metadata"]!["urlSource"]!);
    }

    [Fact]
    public async Task A_page_that_is_no_text_and_has_no_end_is_scraped_as_far_as_it_goes()
    {
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync(new()
        {
            ["/"] = """
                <html><head><meta name=description content=D><script type="application/ld+json">{"\ud800":["\udc00 x"]}</script></head>
                <body><a id=a>a</a><script>
                document.title = 'cut \ud83d'; document.documentElement.lang = '\udc00'; a.href = 'http://a.example/\ud800';
                document.querySelector('meta').content = 'half \ud800';
                const deep = document.createElement('script');
                deep.type = 'application/ld+json';
                deep.textContent = '['.repeat(5000) + ']'.repeat(5000);
                document.head.append(deep);
                </script>
                """,
        });
        var metadata = (await worker.CallAsync("scrape", $$"""{"url":"{{site.Url}}/"}"""))["metadata"]!;
        Assert.Equal(
            ("cut \ufffd", "\ufffd", "half \ufffd"),
            ((string?)metadata["title"], (string?)metadata["language"], (string?)metadata["description"]));
        Assert.Equal("\ufffd x", (string?)metadata["jsonLd"]![0]!["\ufffd"]![0]);
        Assert.InRange(metadata["jsonLd"]![1]!.ToJsonString().Length, 10, 100);
    }

    [Theory]
    [InlineData(500, HttpStatusCode.OK)]
    [InlineData(1000, HttpStatusCode.BadGateway)]
    public async Task A_page_nested_without_end_is_not_handed_on(int depth, HttpStatusCode status)
    {
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync(new()
        {
            ["/"] =
                $"<body><i></i><script>let at = document.body; for (let i = 0; i < {depth}; i++) " +
                "at = at.appendChild(document.createElement('div')); at.append('deep')</script>",
        });
        using var reply = await worker.PostAsync(worker.PathOf("scrape"), $$"""{"url":"{{site.Url}}/"}""");
        Assert.Equal(status, reply.StatusCode);
        Assert.Contains(
            status == HttpStatusCode.OK ? "deep</div>" : "nested too deeply",
            System.Text.RegularExpressions.Regex.Unescape(await reply.Content.ReadAsStringAsync()),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:18999/", "cannot connect to 127.0.0.1:18999: ")]
    [InlineData("https://127.0.0.1:18999/", "cannot connect to 127.0.0.1:18999: ")]
    [InlineData("http://nobody.invalid/", "cannot find the address of nobody.invalid: ")]
    [InlineData("nobody.invalid", "cannot find the address of nobody.invalid: ")]
    [InlineData("https://127.0.0.2:18999/", "127.0.0.2:18999 is blocked by this node's --egress rules: loopback")]
    public async Task What_cannot_be_reached_is_a_502_that_says_why_and_the_session_goes_on(string url, string why)
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var reply = await worker.PostAsync(worker.PathOf("scrape"), $$"""{"url":"{{url}}"}""");
        Assert.Equal(HttpStatusCode.BadGateway, reply.StatusCode);
        Assert.Contains(why, (string)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["message"]!, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await worker.StatusOfAsync(worker.PathOf("context")));
    }

    [Fact]
    public async Task Screenshots_and_pdf_are_bytes_and_a_full_page_is_higher_than_its_window()
    {
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync(new() { ["/tall"] = "<body style='margin:0'><div style='height:3000px'>" });
        var url = $"{site.Url}/tall";
        var window = await BytesAsync(worker, "screenshot", $$"""{"url":"{{url}}","delay":50}""", "image/png");
        var full = await BytesAsync(worker, "screenshot", """{"fullPage":true}""", "image/png");
        Assert.InRange(HeightOf(window), 100, 2000);
        Assert.Equal(3000, HeightOf(full));
        var printed = await BytesAsync(worker, "pdf", "{}", "application/pdf");
        Assert.Equal("%PDF-"u8, printed.AsSpan(0, 5));
    }

    [Fact]
    public async Task A_page_too_large_to_be_answered_costs_the_session_nothing()
    {
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync(
            new() { ["/"] = "<div hidden id=much></div><script>much.textContent = 'x'.repeat(70e6)</script>" });
        using var reply = await worker.PostAsync(worker.PathOf("scrape"), $$"""{"url":"{{site.Url}}/"}""");
        Assert.Equal(HttpStatusCode.BadGateway, reply.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await worker.StatusOfAsync(worker.PathOf("context")));
    }

    [Fact]
    public async Task Many_calls_at_once_and_large_ones_are_no_reason_to_give_the_browser_up()
    {
        await using var worker = await WorkerProcess.StartAsync();
        var setup = worker.SetUpAsync(MuchToStore("https://a.example", "https://b.example"));
        var calls = Enumerable.Range(0, 200).Select(_ => worker.StatusOfAsync(worker.PathOf("context")));
        Assert.All(await Task.WhenAll(calls), status => Assert.Equal(HttpStatusCode.OK, status));
        await setup;
        Assert.False(worker.Exited.IsCompleted, "the worker lives");
    }

    [Fact]
    public async Task A_browser_that_does_not_answer_is_given_up_even_while_calls_wait_for_it()
    {
        await using var worker = await WorkerProcess.StartAsync();
        await Kill.StopAsync(worker.BrowserPid());
        using var reply = await worker.PostAsync(worker.PathOf("setup"), MuchToStore("https://a.example"));
        Assert.False(reply.IsSuccessStatusCode);
        Assert.Equal(3, (await worker.Exited.WaitAsync(TimeSpan.FromSeconds(20))).Code);
    }

    [Fact]
    public async Task Bad_input_is_a_400_that_names_the_field()
    {
        await using var worker = await WorkerProcess.StartAsync();
        foreach (var (call, body, field) in BadInput)
            Assert.Equal(field, await worker.RefusedFieldAsync(call, body));
        Assert.Null(await worker.RefusedFieldAsync("computer", "[]"));
    }

    // Options of a setup that store almost the maximum for each origin.
    private static string MuchToStore(params IEnumerable<string> origins)
    {
        var stored = new JsonObject(
            origins.Select(origin => KeyValuePair.Create(origin, (JsonNode?)new JsonObject { ["k"] = new string('x', 4_000_000) })));
        return new JsonObject { ["context"] = new JsonObject { ["localStorage"] = stored } }.ToJsonString();
    }

    private static async Task<byte[]> BytesAsync(WorkerProcess worker, string call, string body, string type)
    {
        using var reply = await worker.PostAsync(worker.PathOf(call), body);
        Assert.Equal((HttpStatusCode.OK, type), (reply.StatusCode, reply.Content.Headers.ContentType?.MediaType));
        return await reply.Content.ReadAsByteArrayAsync();
    }

    // Reads the IHDR chunk of a PNG: width and height start at byte 16, in big-endian order.
    private static int HeightOf(byte[] png) => System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20));
}
