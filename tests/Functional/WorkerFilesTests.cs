using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>The files of a session.</summary>
public sealed class WorkerFilesTests
{
    [Fact]
    public async Task Files_come_in_are_listed_go_out_and_go()
    {
        await using var worker = await WorkerProcess.StartAsync();
        var first = await UploadAsync(worker, "first", "a name ä.txt");
        Assert.Equal(("a name ä.txt", 5), (NameOf(first), (int)first["size"]!));
        var second = await UploadAsync(worker, "second", "b.txt", "folder/c.txt");
        Assert.Equal("folder/c.txt", NameOf(second));
        Assert.Equal(["folder/c.txt", "a name ä.txt"], await ListAsync(worker));

        using (var reply = await worker.Http.GetAsync(worker.PathOf("files/folder%2Fc.txt")))
        {
            Assert.Equal("second", await reply.Content.ReadAsStringAsync());
            Assert.Equal("application/octet-stream", reply.Content.Headers.ContentType?.MediaType);
            Assert.Equal("c.txt", reply.Content.Headers.ContentDisposition?.FileName?.Trim('"'));
        }

        using (var zip = new ZipArchive(await worker.Http.GetStreamAsync(worker.PathOf("files.zip"))))
        {
            Assert.Equal(["folder/c.txt", "a name ä.txt"], zip.Entries.Select(entry => entry.FullName));
            using var text = new StreamReader(zip.Entries[1].Open());
            Assert.Equal("first", await text.ReadToEndAsync());
        }

        using var deleted = await worker.Http.DeleteAsync(worker.PathOf("files/folder/c.txt"));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, await worker.StatusOfAsync(worker.PathOf("files/folder/c.txt")));
        using var all = await worker.Http.DeleteAsync(worker.PathOf("files"));
        Assert.Equal(HttpStatusCode.NoContent, all.StatusCode);
        Assert.Empty(await ListAsync(worker));
    }

    [Fact]
    public async Task A_download_of_the_browser_is_a_file_and_none_passes_to_the_next_session()
    {
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync(new() { ["/"] = "<a id=link href=/report.bin>get</a>" });
        using (var client = await worker.AttachAsync())
        {
            var page = await client.AttachToPageAsync();
            await client.GoAsync(page, $"{site.Url}/");
            await client.EvaluateAsync(page, "link.click()");
            await Eventually.IsTrueAsync(async () => (await ListAsync(worker)).Contains("report.bin"), "the download is listed");
        }

        await worker.CreateAsync();
        Assert.Empty(await ListAsync(worker));
    }

    [Fact]
    public async Task The_path_of_an_upload_is_one_that_a_page_can_read_and_that_leads_to_the_file_again()
    {
        await using var worker = await WorkerProcess.StartAsync();
        var path = (string)(await UploadAsync(worker, "a;b", "stock.csv"))["path"]!;
        Assert.True(Path.IsPathRooted(path), path);
        await using var site = await Site.StartAsync(new() { ["/"] = "<input id=file type=file>" });
        using var client = await worker.AttachAsync();
        var page = await client.AttachToPageAsync();
        await client.GoAsync(page, $"{site.Url}/");
        var document = (await client.CallAsync("DOM.getDocument", session: page))["root"]!;
        var input = await client.CallAsync(
            "DOM.querySelector", new() { ["nodeId"] = (int)document["nodeId"]!, ["selector"] = "#file" }, page);
        await client.CallAsync(
            "DOM.setFileInputFiles", new() { ["nodeId"] = (int)input["nodeId"]!, ["files"] = new JsonArray(path) }, page);
        Assert.Equal("stock.csv: a;b", (string?)await client.EvaluateAsync(
            page, "file.files[0].text().then(text => file.files[0].name + ': ' + text)"));
        foreach (var form in new[] { path, Uri.EscapeDataString(path) })
            Assert.Equal("a;b", await worker.Http.GetStringAsync(worker.PathOf($"files/{form}")));
        using var deleted = await worker.Http.DeleteAsync(worker.PathOf($"files/{Uri.EscapeDataString(path)}"));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Empty(await ListAsync(worker));
    }

    [Fact]
    public async Task No_path_leads_out_of_the_folder()
    {
        await using var worker = await WorkerProcess.StartAsync();
        foreach (var path in new[] { "../x", "/etc/x", "a/../../x", "a//x", "./x", "a\u0000x" })
        {
            using (var reply = await PostAsync(worker, new ByteArrayContent([1]), "x", path))
                Assert.Equal((path, HttpStatusCode.BadRequest, "path"), (path, reply.StatusCode, await FieldAsync(reply)));

            // No HTTP library would send it like this.
            var raw = $"files/{path.Replace("\0", "%00", StringComparison.Ordinal)}";
            Assert.Contains(" 40", await StatusLineAsync(worker, raw), StringComparison.Ordinal);
            Assert.Contains(" 40", await StatusLineAsync(worker, $"files/{Uri.EscapeDataString(path)}"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_address_instead_of_bytes_and_a_form_without_a_file_are_refused()
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var address = new MultipartFormDataContent { { new StringContent("https://example.com/x"), "file" } };
        using var refused = await worker.Http.PostAsync(worker.PathOf("files"), address);
        Assert.Equal((HttpStatusCode.BadRequest, "file"), (refused.StatusCode, await FieldAsync(refused)));
        using var none = await worker.Http.PostAsync(
            worker.PathOf("files"), new MultipartFormDataContent { { new StringContent("x"), "path" } });
        Assert.Equal((HttpStatusCode.BadRequest, "file"), (none.StatusCode, await FieldAsync(none)));
        Assert.Null(await worker.RefusedFieldAsync("files", "{}"));
        Assert.Empty(await ListAsync(worker));
    }

    [Fact]
    public async Task An_upload_may_be_larger_than_other_bodies()
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var reply = await PostAsync(worker, new ByteArrayContent(new byte[20_000_000]), "large", null);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        Assert.Equal(20_000_000, (await worker.Http.GetByteArrayAsync(worker.PathOf("files/large"))).Length);
    }

    private static async Task<string[]> ListAsync(WorkerProcess worker) =>
        [
            .. (await worker.Http.GetFromJsonAsync<JsonObject>(worker.PathOf("files")))!["data"]!.AsArray()
                .Select(file => NameOf(file!)),
        ];

    // Paths are absolute.
    private static string NameOf(JsonNode file) => ((string)file["path"]!).Split("/downloads/", 2)[1];

    private static async Task<JsonObject> UploadAsync(WorkerProcess worker, string text, string name, string? path = null)
    {
        using var reply = await PostAsync(worker, new ByteArrayContent(Encoding.UTF8.GetBytes(text)), name, path);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        return (await reply.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private static async Task<HttpResponseMessage> PostAsync(WorkerProcess worker, HttpContent file, string name, string? path)
    {
        using var form = new MultipartFormDataContent { { file, "file", name } };
        if (path is not null)
            form.Add(new StringContent(path), "path");
        return await worker.Http.PostAsync(worker.PathOf("files"), form);
    }

    private static async Task<string?> FieldAsync(HttpResponseMessage reply) =>
        (string?)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["field"];

    private static async Task<string> StatusLineAsync(WorkerProcess worker, string call)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(worker.Http.BaseAddress!.Host, worker.Http.BaseAddress.Port);
        await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"GET {worker.PathOf(call)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadLineAsync() ?? "";
    }
}
