namespace Steelyard.Tests.Functional;

/// <summary>The worker's live view on a real browser.</summary>
public sealed class LiveViewTests
{
    private const string Animation =
        "<title>moves</title><h1>0</h1><script>let i = 0; (function f() { document.querySelector('h1').textContent = ++i; " +
        "requestAnimationFrame(f) })()</script>";

    private const string Form = """
        <title>form</title><body style="margin:0">
        <input style="width:300px;height:50px" onkeyup="document.title = value" oninput="document.title = value">
        <button style="position:absolute;left:0;top:100px;width:300px;height:50px"
            onclick="document.title = `clicked ${event.detail} ${event.shiftKey}`">b</button>
        """;

    private static readonly byte[] JpegStart = [0xFF, 0xD8, 0xFF];

    [Fact]
    public async Task A_still_page_is_shown_to_whoever_comes()
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var first = await worker.WatchAsync();
        var size = await first.MessageAsync("size");
        Assert.True((int)size["width"]! >= 400 && (int)size["height"]! >= 300, size.ToJsonString());
        Assert.Equal(JpegStart, (await first.FrameAsync())[..3]);
        using var second = await worker.WatchAsync();
        Assert.Equal(JpegStart, (await second.FrameAsync())[..3]);
    }

    [Fact]
    public async Task Frames_flow_while_the_page_moves()
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var viewer = await worker.WatchAsync();
        await viewer.OpenAsync(Animation);
        HashSet<string> different = [];
        for (var i = 0; i < 200 && different.Count < 10; i++)
            different.Add(Convert.ToHexString(await viewer.FrameAsync()));
        Assert.Equal(10, different.Count);
    }

    [Fact]
    public async Task Viewers_share_one_screencast_and_the_last_one_ends_it()
    {
        await using var worker = await LiveWorker.StartSpiedAsync();
        using var first = await worker.WatchAsync();
        using var second = await worker.WatchAsync("?interactive=false");
        await first.OpenAsync(Animation);
        for (var i = 0; i < 5; i++)
        {
            await first.FrameAsync();
            await second.FrameAsync();
        }

        Assert.Equal(1, worker.Spied("\"method\":\"Page.startScreencast\""));
        await first.LeaveAsync();
        await second.FrameAsync();
        Assert.True(await worker.IsAttachedAsync(), "one still looks");
        await second.LeaveAsync();
        await Eventually.IsTrueAsync(async () => !await worker.IsAttachedAsync(), "nobody is attached to the page");

        // A later viewer starts another screencast, because the first has ended.
        using var third = await worker.WatchAsync();
        await third.FrameAsync();
        Assert.Equal(2, worker.Spied("\"method\":\"Page.startScreencast\""));
    }

    [Fact]
    public async Task Clicks_keys_and_text_arrive_in_order()
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var viewer = await worker.WatchAsync();
        await viewer.OpenAsync(Form);
        await viewer.TitleAsync("form");
        await ClickAsync(viewer, 20, 20);
        await KeyAsync(viewer, "a", 65, "a");
        await viewer.SendAsync("""{"type":"text","text":"b\u00e9 c"}""");
        await KeyAsync(viewer, "Home", 36);
        await KeyAsync(viewer, "x", 88, "x");
        await Eventually.IsTrueAsync(() => worker.HasTitleAsync("xabé c"), "all of it is in the field");
        await ClickAsync(viewer, 20, 120, modifiers: 8);
        await Eventually.IsTrueAsync(() => worker.HasTitleAsync("clicked 1 true"), "the click");
    }

    [Fact]
    public async Task A_dialog_of_the_page_stops_neither_the_viewer_nor_the_page()
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var viewer = await worker.WatchAsync();
        await viewer.OpenAsync("<title>ready</title><body onclick=\"alert('stop'); document.title = 'went on'\" style=\"height:500px\">");
        await viewer.TitleAsync("ready");
        await ClickAsync(viewer, 20, 20);
        await Eventually.IsTrueAsync(() => worker.HasTitleAsync("went on"), "the page went on");
    }

    [Fact]
    public async Task Tabs_are_opened_chosen_and_closed_but_for_the_last()
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var viewer = await worker.WatchAsync();
        var only = await viewer.ActiveOfAsync(1);
        await viewer.SendAsync($$"""{"type":"closeTab","id":"{{only}}"}""");
        Assert.Equal("the last tab cannot be closed", (string?)(await viewer.MessageAsync("error"))["message"]);
        await viewer.SendAsync("""{"type":"newTab"}""");
        var opened = await viewer.ActiveOfAsync(2, id => id != only);
        await viewer.OpenAsync("<title>second</title>");
        await viewer.TitleAsync("second");
        await viewer.SendAsync($$"""{"type":"tab","id":"{{only}}"}""");
        await viewer.ActiveOfAsync(2, id => id == only);
        await viewer.FrameAsync();
        await viewer.SendAsync($$"""{"type":"closeTab","id":"{{only}}"}""");
        await viewer.ActiveOfAsync(1, id => id == opened);
        await viewer.FrameAsync();
        Assert.Equal("second", (await worker.PagesAsync()).Single().Title);
    }

    [Fact]
    public async Task A_tab_that_cannot_be_shown_leaves_the_viewer_where_it_was()
    {
        await using var worker = await LiveWorker.StartSpiedAsync();
        using var viewer = await worker.WatchAsync();
        var shown = await viewer.ActiveOfAsync(1);
        await viewer.OpenAsync(Animation);
        using var client = await worker.AttachAsync();
        var other = (string)(
            await client.CallAsync("Target.createTarget", new() { ["url"] = "about:blank", ["background"] = true }))["targetId"]!;
        await viewer.ActiveOfAsync(2, id => id == shown);
        worker.ShowsTabs(false);
        await viewer.SendAsync($$"""{"type":"tab","id":"{{other}}"}""");
        await viewer.MessageAsync("error");
        for (var i = 0; i < 5; i++)
            await viewer.FrameAsync();
        worker.ShowsTabs(true);
        await viewer.SendAsync($$"""{"type":"tab","id":"{{other}}"}""");
        await viewer.ActiveOfAsync(2, id => id == other);
    }

    [Fact]
    public async Task Back_forward_and_bad_addresses()
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var viewer = await worker.WatchAsync();
        foreach (var title in new[] { "one", "two" })
        {
            await viewer.OpenAsync($"<title>{title}</title>");
            await Eventually.IsTrueAsync(() => worker.HasTitleAsync(title), title);
        }

        foreach (var (step, title) in new[] { ("back", "one"), ("forward", "two"), ("reload", "two") })
        {
            await viewer.SendAsync($$"""{"type":"{{step}}"}""");
            await Eventually.IsTrueAsync(() => worker.HasTitleAsync(title), step);
        }

        foreach (var address in new[] { "file:///etc/passwd", "javascript:alert(1)", "chrome://version", "view-source:about:blank", "" })
        {
            await viewer.SendAsync($$"""{"type":"navigate","url":"{{address}}"}""");
            Assert.Contains("address", (string)(await viewer.MessageAsync("error"))["message"]!, StringComparison.Ordinal);
        }

        Assert.True(await worker.HasTitleAsync("two"));
    }

    [Fact]
    public async Task Who_only_watches_changes_nothing()
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var viewer = await worker.WatchAsync("?interactive=false");
        await viewer.FrameAsync();
        await viewer.OpenAsync("<title>changed</title>");
        await viewer.SendAsync("""{"type":"newTab"}""");

        // This message is not ignored: the answer shows that the messages before it were processed.
        await viewer.SendAsync("""{"type":"tab","id":"none"}""");
        Assert.Equal("there is no such tab", (string?)(await viewer.MessageAsync("error"))["message"]);
        Assert.NotEqual("changed", (await worker.PagesAsync()).Single().Title);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("""{"type":"dance"}""")]
    [InlineData("""{"type":"mouse","event":"down","x":"1"}""")]
    [InlineData("""{"type":"mouse","event":"down","x":1e999}""")]
    [InlineData("""{"type":"key","event":"down","key":"\ud800"}""")]
    public async Task Nonsense_is_answered_and_the_view_goes_on(string message)
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var viewer = await worker.WatchAsync();
        await viewer.FrameAsync();
        await viewer.SendAsync(message);
        Assert.NotEmpty((string)(await viewer.MessageAsync("error"))["message"]!);
        await viewer.OpenAsync("<title>goes on</title>");
        await viewer.TitleAsync("goes on");
    }

    private static async Task ClickAsync(LiveViewer viewer, int x, int y, int modifiers = 0)
    {
        await viewer.SendAsync($$"""{"type":"mouse","event":"move","x":{{x}},"y":{{y}}}""");
        foreach (var (name, buttons) in new[] { ("down", 1), ("up", 0) })
            await viewer.SendAsync(
                $$"""{"type":"mouse","event":"{{name}}","x":{{x}},"y":{{y}}""" +
                $$""","button":"left","buttons":{{buttons}},"clickCount":1,"modifiers":{{modifiers}}}""");
    }

    private static async Task KeyAsync(LiveViewer viewer, string key, int code, string? text = null)
    {
        var typed = text is null ? "" : $$""","text":"{{text}}" """;
        await viewer.SendAsync($$"""{"type":"key","event":"down","key":"{{key}}","keyCode":{{code}}{{typed}}}""");
        await viewer.SendAsync($$"""{"type":"key","event":"up","key":"{{key}}","keyCode":{{code}}}""");
    }
}
