using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Steelyard.Workers;

namespace Steelyard.Tests.Functional;

/// <summary>The live view's page, opened in a second browser.</summary>
public sealed class LiveViewPageTests
{
    [Fact]
    public async Task It_comes_again_when_the_browser_is_replaced_and_says_so_when_its_client_has_closed_it()
    {
        await using var spectator = await WorkerProcess.StartAsync();
        await using var node = await TestNode.StartAsync(options => options with { Worker = "chromium", Warm = 1, MaxWorkers = 2 });
        using var created = await node.Http.PostAsync("/v1/sessions", JsonContent.Create(new JsonObject()));
        var session = (await created.Content.ReadFromJsonAsync<JsonObject>())!;
        using var client = await spectator.AttachAsync();
        var page = await client.AttachToPageAsync();
        await client.GoAsync(page, (string)session["debugUrl"]!);
        await ShowsAsync(client, page, "state.textContent === 'Live' && cover.hidden");

        await client.EvaluateAsync(
            page,
            "seen = ''; new MutationObserver(() => { seen += `${document.querySelector('#state').textContent} `; })" +
            ".observe(document.querySelector('#state'), { childList: true })");
        await ReplaceBrowserAsync(node);
        await ShowsAsync(client, page, "seen.startsWith('Reconnecting') && seen.endsWith('Live ') && cover.hidden");

        var browser = await node.Http.GetFromJsonAsync<JsonObject>($"/sessions/{(string)session["id"]!}/json/version");
        using (var owner = await DevToolsClient.ConnectAsync(new((string)browser!["webSocketDebuggerUrl"]!)))
            await owner.CallAsync("Browser.close");
        await ShowsAsync(client, page, "state.textContent === 'Ended' && cover.textContent.includes('The session has ended')");
    }

    private static Task ShowsAsync(DevToolsClient client, string page, string condition) => Eventually.IsTrueAsync(
        async () =>
            (bool)(await client.EvaluateAsync(
                page,
                $"((state, cover) => {condition})(document.querySelector('#state'), document.querySelector('#cover'))"))!,
        condition);

    // Replaces the browser in the same way as a setup of the worker's session.
    private static async Task ReplaceBrowserAsync(TestNode node)
    {
        using var worker = new HttpClient
        {
            BaseAddress = new($"http://127.0.0.1:{node.Pool.Workers().Single(worker => worker.State == WorkerState.Leased).Port}"),
        };
        var status = await worker.GetFromJsonAsync<JsonObject>("/status");
        using var reply = await worker.PostAsync(
            $"/sessions/{(string)status!["session_id"]!}/setup", JsonContent.Create(new JsonObject { ["userAgent"] = "Tester/1.0" }));
        Assert.Equal(HttpStatusCode.NoContent, reply.StatusCode);
    }
}
