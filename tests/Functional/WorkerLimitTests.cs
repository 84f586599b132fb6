using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Steelyard.Contract;

namespace Steelyard.Tests.Functional;

/// <summary>Workers that exceed their limits, tested with real processes.</summary>
public sealed class WorkerLimitTests
{
    [Fact]
    public async Task A_browser_over_its_memory_limit_is_stopped_and_the_reason_is_told()
    {
        if (BrowserLocator.Find(null) is null)
            Assert.Skip("no Chromium is installed: run `make browser`");
        await using var node = await TestNode.StartAsync(options => options with
        {
            Worker = "chromium",
            Warm = 1,
            MaxWorkers = 1,
            WorkerMemoryBytes = 700L << 20,
            WorkerStartTimeout = TimeSpan.FromSeconds(40),
        });
        await node.ReadyAsync(1);
        var id = await node.CreateAsync();
        using var client = await node.AttachAsync(id);
        var page = await client.AttachToPageAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => client.EvaluateAsync(
            page,
            "(async () => { const all = []; while (true) { all.push(new Uint8Array(32 << 20).fill(1)); " +
            "await new Promise(r => setTimeout(r, 20)); } })()"));
        using var reply = await node.Http.GetAsync($"/sessions/{id}");
        var problem = (await reply.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal(("worker_lost", "out_of_memory"), ((string?)problem["reason"], (string?)problem["cause"]));
        Assert.Contains("memory limit of 700 MiB (--worker-memory)", (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.Contains("memory limit of 700 MiB (--worker-memory)", client.CloseReason, StringComparison.Ordinal);
        await node.ReadyAsync(1);
        Assert.Contains("used more than its memory limit", await LastExitAsync(node), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_with_too_many_processes_is_stopped_and_the_reason_is_told()
    {
        if (BrowserLocator.Find(null) is null)
            Assert.Skip("no Chromium is installed: run `make browser`");
        await using var node = await TestNode.StartAsync(
            options => options with
            {
                Worker = "chromium",
                Warm = 1,
                MaxWorkers = 1,
                WorkerProcesses = 2,
                WorkerStartTimeout = TimeSpan.FromSeconds(40),
            });
        await Eventually.IsTrueAsync(
            () => node.Pool.Status().LastExit?.Contains("more processes than its limit", StringComparison.Ordinal) == true,
            "it is stopped",
            40);
    }

    [Theory]
    [InlineData("one file, as a download", "link.click()")]
    [InlineData("many files", """
        (async () => {
          const root = await navigator.storage.getDirectory();
          for (let i = 0; ; i++) {
            const file = await (await root.getFileHandle(`${i}`, { create: true })).createWritable();
            await file.write(new Uint8Array(8 << 20));
            await file.close();
          }
        })()
        """)]
    public async Task A_session_that_fills_its_folder_is_ended_and_the_reason_is_told(string what, string script)
    {
        if (BrowserLocator.Find(null) is null)
            Assert.Skip("no Chromium is installed: run `make browser`");
        const long Limit = 160L << 20;
        await using var site = await Site.StartAsync(new() { ["/"] = "<a id=link href=/endless.bin download>x</a>" });
        await using var node = await TestNode.StartAsync(
            options => options with
            {
                Worker = "chromium",
                Warm = 1,
                MaxWorkers = 1,
                WorkerDiskBytes = Limit,
                WorkerStartTimeout = TimeSpan.FromSeconds(40),
            });
        await node.ReadyAsync(1);
        var id = await node.CreateAsync();
        using var client = await node.AttachAsync(id);
        var page = await client.AttachToPageAsync();
        await client.GoAsync(page, $"{site.Url}/");
        var writing = client.EvaluateAsync(page, script);
        var most = 0L;
        await Eventually.IsTrueAsync(
            async () =>
            {
                most = Math.Max(most, LargestFile(node.RunDirectory));
                return await node.StatusOfAsync(id) == HttpStatusCode.NotFound;
            },
            $"the session that writes {what} is ended",
            60);
        Assert.Equal("worker_lost", await node.ReasonOfAsync(id));
        Assert.True(most <= Limit, $"a file had {most} bytes");
        await ((Task)writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await node.ReadyAsync(1);
        Assert.Contains("--worker-disk", await LastExitAsync(node), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_only_open_counts_and_so_does_the_largest_a_worker_may_write()
    {
        if (!File.Exists("/usr/bin/python3"))
            Assert.Skip("there is no Python to write a worker in");
        using var folder = new Unit.TemporaryFolder();
        var program = folder.Write("worker", HidingWorker);
        File.SetUnixFileMode(program, (UnixFileMode)Convert.ToInt32("755", 8));
        await using var node = await TestNode.StartAsync(
            options => options with { Worker = program, Warm = 0, MaxWorkers = 1, WorkerDiskBytes = 64L << 20 });
        foreach (var which in new[] { "it", "the next, which uses the space that the first left free," })
        {
            var id = await node.CreateAsync();
            await Eventually.IsTrueAsync(async () => await node.StatusOfAsync(id) == HttpStatusCode.NotFound, $"{which} is stopped", 30);
            var end = await node.Http.GetStringAsync($"/sessions/{id}/history");
            Assert.Contains("\"out_of_disk\"", end, StringComparison.Ordinal);
            Assert.Contains("--worker-disk", end, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Descriptors_and_core_dumps_are_limited_for_the_worker_and_what_it_starts()
    {
        await using var node = await TestNode.StartAsync(
            options => options with { Warm = 1, WorkerFiles = 321, WorkerDiskBytes = 32L << 20 });
        await node.ReadyAsync(1);
        var limits = await File.ReadAllLinesAsync($"/proc/{node.Pool.Workers()[0].Pid}/limits");
        Assert.Contains(limits, line => line.StartsWith("Max open files            321                  321", StringComparison.Ordinal));
        Assert.Contains(
            limits, line => line.StartsWith("Max file size             33554432             33554432", StringComparison.Ordinal));
        Assert.Contains(limits, line => line.StartsWith("Max core file size        0                    0", StringComparison.Ordinal));
    }

    // After a create, this worker writes two files of 40 MiB that are not linked in any folder.
    private const string HidingWorker = """
        #!/usr/bin/python3
        import http.server, json, os, tempfile
        held = []
        class Worker(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def answer(self, status, body):
                self.send_response(status); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
            def do_GET(self):
                session = {"id": "s", "created_at": "now", "data": {}}
                status = {"available": not held, "session_id": "s" if held else None}
                answers = {"/health": b"ok", "/status": json.dumps(status).encode(), "/sessions/s": json.dumps(session).encode()}
                self.answer(200 if self.path in answers else 404, answers.get(self.path, b"{}"))
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(201, json.dumps({"id": "s", "created_at": "now", "data": {}}).encode())
                self.wfile.flush()
                for _ in range(2):
                    held.append(tempfile.TemporaryFile(dir=os.environ["STEEL_WORKER_DIR"]))
                    held[-1].write(bytes(40 << 20)); held[-1].flush(); os.fsync(held[-1].fileno())
            def log_message(self, *_): pass
        http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Worker).serve_forever()
        """;

    private static long LargestFile(string folder) => new DirectoryInfo(folder)
        .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })
        .Select(LengthOf).DefaultIfEmpty().Max();

    private static long LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }

    private static async Task<string> LastExitAsync(TestNode node) =>
        (string)(await node.Http.GetFromJsonAsync<JsonObject>("/workers"))!["workers"]![0]!["last_exit"]!;
}
