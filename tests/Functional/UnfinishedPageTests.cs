using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>Pages that never finish, show dialogs or do not respond: a caller gets what is there, or learns in time why not.</summary>
public sealed class UnfinishedPageTests
{
    private const string Alert = "<title>before</title><p>Text</p><script>alert('Hello'); document.title = 'after'</script>";
    private const string Hung = "<title>hung</title><script>setTimeout(() => { console.log(1); for (;;); }, 300)</script>";

    // More than it should take, less than the deadlines that would otherwise end the call.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(25);

    [Fact]
    public async Task What_hangs_in_a_page_is_left_out_and_told()
    {
        const string page = "<p>Text</p><img src=/hangs.png><iframe src=/hangs></iframe><script async src=/hangs.js></script>";
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync(new() { ["/"] = page });
        var url = $$"""{"url":"{{site.Url}}/"}""";
        var scraped = await worker.CallAsync("scrape", url).WaitAsync(Soon);
        Assert.Contains("Text", (string)scraped["content"]!["html"]!, StringComparison.Ordinal);
        Assert.True((bool)scraped["metadata"]!["loading"]!);
        foreach (var (call, head) in new[] { ("screenshot", "\u0089PNG"), ("pdf", "%PDF") })
        {
            using var reply = await worker.PostAsync(worker.PathOf(call), "{}").WaitAsync(Soon);
            Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
            Assert.Equal(head, System.Text.Encoding.Latin1.GetString(await reply.Content.ReadAsByteArrayAsync())[..4]);
            Assert.Equal("""{"loading":true}""", reply.Headers.GetValues("X-Page-State").Single());
        }
    }

    [Fact]
    public async Task The_beginning_of_a_document_that_never_ends_is_scraped()
    {
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync(new() { ["/"] = "<p>Text</p><script src=/hangs.js></script><p>Never</p>" });
        var scraped = await worker.CallAsync("scrape", $$"""{"url":"{{site.Url}}/"}""");
        Assert.Contains("Text", (string)scraped["content"]!["html"]!, StringComparison.Ordinal);
        Assert.True((bool)scraped["metadata"]!["loading"]!);
    }

    [Fact]
    public async Task A_dialog_that_nobody_answers_is_closed_and_told()
    {
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync(new()
        {
            ["/alert"] = Alert,
            ["/many"] = "<script>for (let i = 0; i < 7; i++) confirm('ü'.repeat(300)) || (document.title += 'no')</script>",
        });
        var metadata = (await worker.CallAsync("scrape", $$"""{"url":"{{site.Url}}/alert"}"""))["metadata"]!;
        Assert.Equal("""[{"type":"alert","message":"Hello"}]""", metadata["dialogs"]!.ToJsonString());
        Assert.Equal("after", (string?)metadata["title"]);
        Assert.Null(metadata["loading"]);
        using var reply = await worker.PostAsync(worker.PathOf("pdf"), $$"""{"url":"{{site.Url}}/many"}""");
        var dialogs = JsonNode.Parse(reply.Headers.GetValues("X-Page-State").Single())!["dialogs"]!.AsArray();
        Assert.Equal(5, dialogs.Count);
        Assert.All(dialogs, dialog => Assert.Equal("confirm", (string?)dialog!["type"]));
        Assert.All(dialogs, dialog => Assert.Equal(new string('ü', 200), (string?)dialog!["message"]));
        Assert.Equal(7 * "no".Length, (await worker.PagesAsync())[0].Title.Length);
    }

    [Fact]
    public async Task A_call_of_the_steel_dialect_tells_it_too()
    {
        await using var node = await TestNode.StartChromiumAsync();
        await using var site = await Site.StartAsync(new() { ["/"] = Alert + "<img src=/hangs.png>" });
        using var reply = await node.Http.PostAsJsonAsync("/v1/scrape", new { url = site.Url, screenshot = true });
        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync());
        var scraped = (await reply.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.True((bool)scraped["metadata"]!["loading"]!);
        Assert.True((bool)scraped["screenshot"]!["loading"]!);
        Assert.Equal("Hello", (string)scraped["screenshot"]!["dialogs"]![0]!["message"]!);
        Assert.Equal(HttpStatusCode.OK, await SteelCalls.StatusAsync(node, new Uri((string)scraped["screenshot"]!["url"]!).AbsolutePath));
    }

    [Fact]
    public async Task An_action_on_a_page_that_hangs_says_so_within_seconds()
    {
        const string press = """{"action":"press_key","keys":["a"]}""";
        await using var worker = await WorkerProcess.StartAsync();
        using var client = await worker.AttachAsync();
        var page = await client.AttachToPageAsync();
        await client.CallAsync("Page.enable", session: page);
        await client.EvaluateAsync(page, "setTimeout(() => alert('mine to answer'), 200), 0");
        await client.EventAsync("Page.javascriptDialogOpening");
        await AssertSilentAsync(worker, press);
        await client.CallAsync("Page.handleJavaScriptDialog", new() { ["accept"] = true }, page);
        await worker.CallAsync("computer", press);
        await client.CallAsync("Runtime.enable", session: page);
        await client.EvaluateAsync(page, "setTimeout(() => { console.log(1); for (;;); }, 200), 0");
        await client.EventAsync("Runtime.consoleAPICalled");
        await AssertSilentAsync(worker, """{"action":"take_screenshot"}""");
    }

    [Fact]
    public async Task An_action_that_opens_a_dialog_closes_it_and_says_so()
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var client = await worker.AttachAsync();
        var page = await client.AttachToPageAsync();
        await client.GoAsync(page, "data:text/html,<body onclick=\"document.title=confirm(1)\" style=height:500px>");
        var reply = await worker.CallAsync("computer", """{"action":"click_mouse","button":"left","coordinates":[20,20]}""");
        Assert.Equal("The page showed a dialog (confirm: 1). It was closed.", (string?)reply["system"]);
        Assert.Equal("false", (string?)await client.EvaluateAsync(page, "document.title"));
    }

    [Fact]
    public async Task A_page_that_hangs_can_be_closed_and_says_so_meanwhile()
    {
        await using var node = await TestNode.StartChromiumAsync();
        await using var site = await Site.StartAsync(new() { ["/"] = Hung });
        var id = await SteelCalls.CreateAsync(node, "{}");
        using (var client = await node.AttachAsync(id))
        {
            var page = await client.AttachToPageAsync();
            await client.CallAsync("Runtime.enable", session: page);
            await client.CallAsync("Page.navigate", new() { ["url"] = site.Url }, page);
            await client.EventAsync("Runtime.consoleAPICalled");
        }

        using var screenshot = await SteelCalls.PostAsync(node, $"/v1/sessions/{id}/computer", """{"action":"take_screenshot"}""");
        Assert.Equal(HttpStatusCode.GatewayTimeout, screenshot.StatusCode);
        var message = (string)(await screenshot.Content.ReadFromJsonAsync<JsonObject>())!["message"]!;
        var close = message[message.IndexOf("/sessions/", StringComparison.Ordinal)..].Replace("SESSION", id, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await SteelCalls.StatusAsync(node, close));
        var computer = $"/v1/sessions/{id}/computer";
        await Eventually.IsTrueAsync(
            async () => (await SteelCalls.PostAsync(node, computer, """{"action":"take_screenshot"}""")).IsSuccessStatusCode,
            "a new page takes its place");
    }

    [Fact]
    public async Task The_live_view_says_that_a_page_hangs_and_that_it_goes_on()
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var viewer = await worker.WatchAsync();
        await viewer.OpenAsync(
            "<title>busy</title><script>setTimeout(() => { for (const end = Date.now() + 7000; Date.now() < end;); }, 500)</script>");
        await viewer.TitleAsync("busy");
        await viewer.MessageAsync("tabs", tabs => tabs["tabs"]![0]!["responds"] is { } responds && !(bool)responds);
        await viewer.MessageAsync("tabs", tabs => tabs["tabs"]![0]!["responds"] is null);
    }

    private static async Task AssertSilentAsync(WorkerProcess worker, string action)
    {
        using var reply = await worker.PostAsync(worker.PathOf("computer"), action).WaitAsync(Soon);
        Assert.Equal(HttpStatusCode.GatewayTimeout, reply.StatusCode);
        var message = (string)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["message"]!;
        Assert.Contains("the page does not respond", message, StringComparison.Ordinal);
    }
}
