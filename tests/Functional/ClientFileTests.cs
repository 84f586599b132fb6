using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Steelyard.Tests.Unit;

namespace Steelyard.Tests.Functional;

/// <summary>Paths of the client's machine in DevTools messages.</summary>
public sealed class ClientFileTests
{
    [Theory]
    [InlineData("allowAndName")]
    [InlineData("allow")]
    public async Task A_download_is_in_the_sessions_files_and_where_a_client_on_this_machine_expects_it(string behavior)
    {
        using var folder = new TemporaryFolder();
        await using var node = await TestNode.StartChromiumAsync();
        await using var site = await Site.StartAsync(new() { ["/report.bin"] = "a,b" });
        var id = await SteelCalls.CreateAsync(node, "{}");
        using var client = await node.AttachAsync(id);
        var page = await client.AttachToPageAsync();
        await SetDownloadsAsync(client, behavior, folder.Root);
        await client.CallAsync("Page.navigate", new() { ["url"] = $"{site.Url}/report.bin" }, page);
        var path = await CompletedAsync(client);
        var name = Path.GetFileName(path);
        Assert.Equal("a,b", await File.ReadAllTextAsync(Path.Combine(folder.Root, name)));
        Assert.Equal("a,b", await node.Http.GetStringAsync($"/v1/sessions/{id}/files/{name}"));
        Assert.Equal(behavior == "allow", name == "report.bin");
    }

    [Fact]
    public async Task A_folder_that_is_not_the_clients_gets_nothing_but_the_download_is_kept()
    {
        var elsewhere = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "no-client")).FullName;
        await using var node = await TestNode.StartChromiumAsync();
        await using var site = await Site.StartAsync(new() { ["/report.bin"] = "a,b" });
        var id = await SteelCalls.CreateAsync(node, "{}");
        using var client = await node.AttachAsync(id);
        var page = await client.AttachToPageAsync();
        await SetDownloadsAsync(client, "allow", elsewhere);
        await client.CallAsync("Page.navigate", new() { ["url"] = $"{site.Url}/report.bin" }, page);
        await CompletedAsync(client);
        Assert.Empty(Directory.GetFiles(elsewhere));
        Assert.Equal("a,b", await node.Http.GetStringAsync($"/v1/sessions/{id}/files/report.bin"));
    }

    [Theory]
    [InlineData("""{"id":7,"method":"Browser.setDownloadBehavior","params":{"behavior":"allow","downloadPath":"/a\u0000b"}}""")]
    [InlineData("""{"id":7,"method":"Browser.setDownloadBehavior","params":{"behavior":"allow","downloadPath":"/a\ud800"}}""")]
    [InlineData("""{"id":7,"method":"DOM.setFileInputFiles","params":{"files":["/\u0000",1,null,"\udc00"]}}""")]
    [InlineData("""{"id":7,"method":"Target.createBrowserContext","params":{"proxyServer":"\ud800"}}""")]
    [InlineData("""{"id":7,"method":"Target.createBrowserContext","params":{"proxyServer":"x","proxyServer":"y"}}""")]
    [InlineData("""{"id":7,"method":"Target.createBrowserContext","params":[1]}""")]
    [InlineData("""{"method":"Target.createBrowserContext", """)]
    public async Task A_message_that_cannot_be_translated_costs_the_client_nothing_else(string message)
    {
        await using var node = await TestNode.StartChromiumAsync();
        using var client = await node.AttachAsync(await node.CreateAsync());
        await client.SendAsync(message);
        await client.CallAsync("Browser.getVersion");
    }

    [Fact]
    public async Task A_client_behind_a_proxy_is_on_another_machine()
    {
        using var folder = new TemporaryFolder();
        await using var node = await TestNode.StartChromiumAsync();
        await using var site = await Site.StartAsync(new() { ["/report.bin"] = "a,b" });
        var id = await SteelCalls.CreateAsync(node, "{}");
        using var client = await DevToolsClient.ConnectAsync(
            new($"ws://{node.Http.BaseAddress!.Authority}/sessions/{id}/cdp"), header: ("X-Forwarded-For", "192.0.2.1"));
        var page = await client.AttachToPageAsync();
        await SetDownloadsAsync(client, "allow", folder.Root);
        await client.CallAsync("Page.navigate", new() { ["url"] = $"{site.Url}/report.bin" }, page);
        await CompletedAsync(client);
        Assert.Empty(Directory.GetFiles(folder.Root));
        Assert.Equal("a,b", await node.Http.GetStringAsync($"/v1/sessions/{id}/files/report.bin"));
    }

    [Fact]
    public async Task A_file_that_the_browser_cannot_read_is_refused_and_an_uploaded_one_is_not()
    {
        using var folder = new TemporaryFolder();
        var local = Path.Combine(folder.Root, "a.txt");
        await File.WriteAllTextAsync(local, "local");
        await using var node = await TestNode.StartChromiumAsync();
        var id = await SteelCalls.CreateAsync(node, "{}");
        using var form = new MultipartFormDataContent { { new StringContent("uploaded"), "file", "b.txt" } };
        using var uploaded = await node.Http.PostAsync($"/v1/sessions/{id}/files", form);
        var path = (string)(await uploaded.Content.ReadFromJsonAsync<JsonObject>())!["path"]!;
        using var client = await node.AttachAsync(id);
        var page = await client.AttachToPageAsync();
        await client.GoAsync(page, "data:text/html,<input type=file id=f>");
        var document = await client.CallAsync("DOM.getDocument", session: page);
        var input = await client.CallAsync(
            "DOM.querySelector", new() { ["nodeId"] = (int)document["root"]!["nodeId"]!, ["selector"] = "#f" }, page);
        foreach (var file in new[] { local, $"{path}/../../../a.txt", "a.txt" })
        {
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => SetFilesAsync(file));
            Assert.Contains("cannot read " + JsonValue.Create(file).ToJsonString().Trim('"'), refused.Message, StringComparison.Ordinal);
        }

        var mixed = await Assert.ThrowsAsync<InvalidOperationException>(() => SetFilesAsync(null, local));
        Assert.Contains("cannot read " + local, mixed.Message, StringComparison.Ordinal);
        await SetFilesAsync(path);
        Assert.Equal("uploaded", (string?)await client.EvaluateAsync(page, "f.files[0].text()"));

        Task SetFilesAsync(params string?[] files) => client.CallAsync(
            "DOM.setFileInputFiles",
            new() { ["files"] = new JsonArray([.. files.Select(file => JsonValue.Create(file))]), ["nodeId"] = (int)input["nodeId"]! },
            page);
    }

    private static Task<JsonObject> SetDownloadsAsync(DevToolsClient client, string behavior, string folder) => client.CallAsync(
        "Browser.setDownloadBehavior", new() { ["behavior"] = behavior, ["downloadPath"] = folder, ["eventsEnabled"] = true });

    private static async Task<string> CompletedAsync(DevToolsClient client)
    {
        while (true)
        {
            var progress = (await client.EventAsync("Browser.downloadProgress"))["params"]!;
            Assert.NotEqual("canceled", (string?)progress["state"]);
            if ((string?)progress["state"] == "completed")
                return (string)progress["filePath"]!;
        }
    }
}
