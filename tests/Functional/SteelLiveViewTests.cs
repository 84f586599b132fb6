using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>The live view of a session, as the node serves it.</summary>
public sealed class SteelLiveViewTests
{
    [Theory]
    [InlineData("?interactive=true")]
    [InlineData("?INTERACTIVE=true&showControls=true")]
    [InlineData("?interactive=false&interactive=true")]
    [InlineData("")]
    public async Task Nobody_takes_over_a_session_that_is_not_interactive(string query)
    {
        await using var node = await TestNode.StartChromiumAsync();
        var (id, viewer) = await CreateAsync(node, interactive: false);
        Assert.Contains("data-interactive=\"false\"", await node.Http.GetStringAsync(viewer), StringComparison.Ordinal);
        using var live = await WatchAsync(viewer + query);
        await live.MessageAsync("tabs");
        await live.OpenAsync("<title>taken over</title>");

        // This message is not ignored: the answer shows that the message before it was processed.
        await live.SendAsync("""{"type":"tab","id":"none"}""");
        await live.MessageAsync("error");
        var pages = (await node.Http.GetFromJsonAsync<JsonObject>($"/v1/sessions/{id}/live-details"))!["pages"]!.AsArray();
        Assert.DoesNotContain("taken over", pages.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_interactive_is_so_for_whoever_does_not_only_watch()
    {
        await using var node = await TestNode.StartChromiumAsync();
        var (_, viewer) = await CreateAsync(node, interactive: true);
        Assert.Contains("data-interactive=\"true\"", await node.Http.GetStringAsync(viewer), StringComparison.Ordinal);
        using var live = await WatchAsync(viewer);
        await live.OpenAsync("<title>taken over</title>");
        await live.TitleAsync("taken over");
        using var watching = await WatchAsync(viewer + "?interactive=false");
        await watching.OpenAsync("<title>by a watcher</title>");
        await watching.SendAsync("""{"type":"tab","id":"none"}""");
        await watching.MessageAsync("error");
        await live.SendAsync("""{"type":"newTab"}""");
        await live.MessageAsync(
            "tabs", tabs => tabs["tabs"]!.AsArray().Count == 2 && !tabs.ToJsonString().Contains("by a watcher", StringComparison.Ordinal));
    }

    private static Task<LiveViewer> WatchAsync(string viewer) =>
        LiveViewer.ConnectAsync(new(viewer.Replace("http://", "ws://", StringComparison.Ordinal)));

    private static async Task<(string Id, string Viewer)> CreateAsync(TestNode node, bool interactive)
    {
        using var reply = await node.Http.PostAsJsonAsync("/v1/sessions", new { debugConfig = new { interactive } });
        var session = (await reply.Content.ReadFromJsonAsync<JsonObject>())!;
        return ((string)session["id"]!, (string)session["sessionViewerUrl"]!);
    }
}
