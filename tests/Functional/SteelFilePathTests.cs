using System.IO.Compression;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Steelyard.Contract;

namespace Steelyard.Tests.Functional;

/// <summary>How a file name gets from the client's URL to the worker.</summary>
public sealed class SteelFilePathTests
{
    [Fact]
    public async Task Any_name_that_was_uploaded_can_be_fetched_and_no_path_leads_elsewhere()
    {
        if (BrowserLocator.Find(null) is null)
            Assert.Skip("no Chromium is installed: run `make browser`");
        await using var node = await TestNode.StartAsync(options => options with { Worker = "chromium", Warm = 1, MaxWorkers = 1 });
        using var created = await node.Http.PostAsJsonAsync("/v1/sessions", new { });
        var files = $"/v1/sessions/{(await created.Content.ReadFromJsonAsync<JsonObject>())!["id"]}/files";
        foreach (var name in new[]
        {
            "50%20off.txt", "a b+c.txt", "ä#1?.txt", "folder/c.txt", @"back\slash.txt", @"a\..\..\b.txt", "c:d.txt", "%2e%2e",
        })
        {
            using var form = new MultipartFormDataContent { { new StringContent(name), "file", "x" }, { new StringContent(name), "path" } };
            using var uploaded = await node.Http.PostAsync(files, form);
            if (!uploaded.IsSuccessStatusCode)
                continue; // The worker does not allow such a name and refuses the upload.
            Assert.Equal(name, await node.Http.GetStringAsync($"{files}/{Uri.EscapeDataString(name)}"));
            var path = (string)(await uploaded.Content.ReadFromJsonAsync<JsonObject>())!["path"]!;
            Assert.Equal(name, await node.Http.GetStringAsync($"{files}/{Uri.EscapeDataString(path)}"));
        }

        // On every system, unpacking the archive puts all files into one folder.
        using (var zip = new ZipArchive(await node.Http.GetStreamAsync($"{files}.zip")))
            Assert.All(zip.Entries, entry => Assert.DoesNotContain(entry.FullName, c => c is '\\' or ':' || char.IsControl(c)));

        Assert.Equal("folder/c.txt", await node.Http.GetStringAsync($"{files}/folder/c.txt"));
        var last = (await node.Http.GetFromJsonAsync<JsonObject>(files))!["data"]!.AsArray();
        Assert.Contains(last, file => ((string)file!["path"]!).EndsWith("/folder/c.txt", StringComparison.Ordinal));
        var absolute = (string)last.First(file => ((string)file!["path"]!).EndsWith("/folder/c.txt", StringComparison.Ordinal))!["path"]!;
        Assert.Equal("folder/c.txt", await node.Http.GetStringAsync($"{files}/{absolute}")); // As the Python SDK sends it, with //.
        foreach (var path in new[]
        {
            $"{files}/x/../a",
            $"{files}/..\\..\\..\\status",
            $"{files}/%2e%2e/%2e%2e/status",
            $"{files}/x/../../../status",
            $"/v1/x/../sessions{files["/v1/sessions".Length..]}/a",
        })
            Assert.Matches("^HTTP/1.1 40[0-9] ", await StatusLineAsync(node, path));
        using var download = await node.Http.GetAsync($"{files}/folder/c.txt");
        Assert.Equal("attachment", download.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("default-src 'none'; sandbox", download.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("nosniff", download.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains(" 200 ", await StatusLineAsync(node, $"{files}/50%2520off.txt"), StringComparison.Ordinal);
    }

    // Sends the path unchanged, which no HTTP library does.
    private static async Task<string> StatusLineAsync(TestNode node, string path)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(node.Http.BaseAddress!.Host, node.Http.BaseAddress.Port);
        await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadLineAsync() ?? "";
    }
}
