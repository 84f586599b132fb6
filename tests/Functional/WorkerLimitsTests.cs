using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>Limits on the data that a worker accepts, and files that no path through the file API may reach.</summary>
public sealed class WorkerLimitsTests
{
    [Fact]
    public async Task A_body_as_large_as_the_node_lets_in_is_created_and_read_back_whole()
    {
        await using var node = await TestNode.StartAsync(options => options with { MaxBodyBytes = 4_194_304 });
        var text = string.Concat(Enumerable.Range(0, 3 << 18).Select(i => $"{i:x12}"))[..(3 << 20)];
        var id = await node.CreateAsync($$"""{"text":"{{text}}"}""");
        var body = await node.Http.GetFromJsonAsync<JsonObject>($"/sessions/{id}");
        Assert.Equal(text, (string?)body!["data"]!["text"]);
    }

    [Fact]
    public async Task A_worker_refuses_a_larger_body_than_it_is_told_to_take()
    {
        await using var worker = await WorkerProcess.StartAsync("simulated", "--max-body=1KiB");
        using var reply = await worker.PostAsync("/sessions", $"\"{new string('x', 70_000)}\"");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, reply.StatusCode);
    }

    [Fact]
    public async Task A_file_over_the_cap_is_413_and_leaves_nothing()
    {
        await using var worker = await WorkerProcess.StartAsync("chromium", "--max-file=1KiB", "--max-files=2KiB");
        await UploadAsync(worker, "largest", 1024, HttpStatusCode.OK);
        await UploadAsync(worker, "larger", 1025, HttpStatusCode.RequestEntityTooLarge);
        await UploadAsync(worker, "largest", 1025, HttpStatusCode.RequestEntityTooLarge);
        await UploadAsync(worker, "larger", 200_000, HttpStatusCode.RequestEntityTooLarge);
        Assert.Equal(["largest"], await ListAsync(worker));
        Assert.Equal(1024, (await worker.Http.GetByteArrayAsync(worker.PathOf("files/largest"))).Length);
        Assert.Empty(Unfinished(worker));
    }

    [Fact]
    public async Task All_files_together_have_a_cap_even_when_they_come_at_once()
    {
        await using var worker = await WorkerProcess.StartAsync("chromium", "--max-file=1KiB", "--max-files=3KiB");
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => PostAsync(worker, $"{i}", 1000)));
        Assert.Equal(3, answers.Count(status => status == HttpStatusCode.OK));
        Assert.Equal(7, answers.Count(status => status == HttpStatusCode.RequestEntityTooLarge));
        Assert.Equal(3, (await ListAsync(worker)).Length);
        Assert.Empty(Unfinished(worker));

        // Deleting a file frees its space.
        using var deleted = await worker.Http.DeleteAsync(worker.PathOf("files"));
        await UploadAsync(worker, "again", 1000, HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_link_in_the_folder_leads_nowhere()
    {
        await using var worker = await WorkerProcess.StartAsync();
        var outside = Directory.CreateTempSubdirectory("steelyard-outside-").FullName;
        try
        {
            var secret = Path.Combine(outside, "secret");
            await File.WriteAllTextAsync(secret, "secret");
            File.CreateSymbolicLink(Path.Combine(worker.Profile, "downloads", "link"), secret);
            Directory.CreateSymbolicLink(Path.Combine(worker.Profile, "downloads", "way"), outside);
            Assert.Empty(await ListAsync(worker));
            foreach (var path in new[] { "link", "way", "way/secret", "way%2Fsecret" })
            {
                Assert.Equal(HttpStatusCode.NotFound, await worker.StatusOfAsync(worker.PathOf($"files/{path}")));
                using var deleted = await worker.Http.DeleteAsync(worker.PathOf($"files/{path}"));
                Assert.Equal(HttpStatusCode.NotFound, deleted.StatusCode);
            }

            foreach (var path in new[] { "link", "way", "way/secret", "way/new" })
                await UploadAsync(worker, path, 1, HttpStatusCode.BadRequest);
            Assert.DoesNotContain(
                "secret",
                Encoding.Latin1.GetString(await worker.Http.GetByteArrayAsync(worker.PathOf("files.zip"))),
                StringComparison.Ordinal);
            using var all = await worker.Http.DeleteAsync(worker.PathOf("files"));
            Assert.Equal(HttpStatusCode.NoContent, all.StatusCode);
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(worker.Profile, "downloads")));
            Assert.Equal([secret], Directory.EnumerateFileSystemEntries(outside));
            Assert.Equal("secret", await File.ReadAllTextAsync(secret));
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    private static IEnumerable<string> Unfinished(WorkerProcess worker) =>
        Directory.EnumerateFiles(Path.Combine(worker.Profile, "uploads"), "upload-*");

    private static async Task<string[]> ListAsync(WorkerProcess worker) =>
        [
            .. (await worker.Http.GetFromJsonAsync<JsonObject>(worker.PathOf("files")))!["data"]!.AsArray()
                .Select(file => ((string)file!["path"]!).Split("/downloads/", 2)[1]),
        ];

    private static async Task UploadAsync(WorkerProcess worker, string path, int bytes, HttpStatusCode expected) =>
        Assert.Equal(expected, await PostAsync(worker, path, bytes));

    private static async Task<HttpStatusCode> PostAsync(WorkerProcess worker, string path, int bytes)
    {
        using var form =
            new MultipartFormDataContent { { new ByteArrayContent(new byte[bytes]), "file", "x" }, { new StringContent(path), "path" } };
        using var reply = await worker.Http.PostAsync(worker.PathOf("files"), form);
        return reply.StatusCode;
    }
}
