using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Steelyard.Processes;

namespace Steelyard.Tests.Functional;

/// <summary>
/// The browser's user attacks the worker, which runs as root: it replaces folders with links and plants files that no browser writes.
/// A compromised browser process could do the same.
/// </summary>
public sealed class FileAttackTests
{
    private const string Setpriv = "/usr/bin/setpriv";

    [Fact]
    public async Task The_folder_of_downloads_is_not_exchanged_and_nothing_outside_is_read_written_or_deleted()
    {
        await using var attack = await Attack.StartAsync();
        await attack.RunAsync("mv downloads d2; ln -s $OUTSIDE downloads; rm -rf downloads; ln -sfn $OUTSIDE downloads");
        await attack.AssertOutsideIsOutOfReachAsync("secret");
    }

    [Fact]
    public async Task Folders_within_downloads_lead_nowhere_however_they_are_exchanged()
    {
        await using var attack = await Attack.StartAsync();
        await attack.RunAsync("cd downloads && ln -s $OUTSIDE way && mkdir deep && ln -s $OUTSIDE deep/way && ln -s $OUTSIDE/secret link");
        await attack.AssertOutsideIsOutOfReachAsync("way/secret");
        await attack.AssertOutsideIsOutOfReachAsync("deep/way/secret");
        await attack.AssertOutsideIsOutOfReachAsync("link");
    }

    [Fact]
    public async Task While_folders_are_exchanged_for_links_all_the_time_nothing_outside_is_touched()
    {
        await using var attack = await Attack.StartAsync();
        await attack.RunAsync("cd downloads && mkdir a && echo own > a/secret && ln -s $OUTSIDE b");
        var exchange = attack.RunAsync(
            "cd downloads && i=0; while [ $i -lt 200 ]; do mv -T a c; mv -T b a; mv -T a b; mv -T c a; i=$((i+1)); done 2>/dev/null; true");
        do
        {
            Assert.DoesNotContain("root's", await attack.TextOfAsync("a/secret"), StringComparison.Ordinal);
            (await attack.UploadAsync("a/planted")).Dispose();
            (await attack.Worker.Http.DeleteAsync(attack.Worker.PathOf("files/a/planted"))).Dispose();
        }
        while (!exchange.IsCompleted);
        await exchange;
        attack.AssertOutsideIsWhole();
    }

    [Fact]
    public async Task Only_plain_files_of_the_browsers_user_are_files_and_nothing_waits_for_others()
    {
        await using var attack = await Attack.StartAsync();
        await attack.RunAsync("cd downloads && mkfifo pipe && echo own > own && printf 'x' > $(printf 'bad\\377name')");
        File.WriteAllText(Path.Combine(attack.Downloads, "roots"), "root's secret");
        // The browser's user can do this where the kernel does not protect hard links.
        await attack.RunAsRootAsync("ln $OUTSIDE/secret $PROFILE/downloads/hard");
        Assert.Equal(["own"], await attack.ListAsync());
        foreach (var path in new[] { "pipe", "roots", "hard" })
        {
            Assert.Equal(HttpStatusCode.NotFound, await attack.Worker.StatusOfAsync(attack.Worker.PathOf($"files/{path}")));
            using var refused = await attack.UploadAsync(path);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        using (var zip = new ZipArchive(await attack.Worker.Http.GetStreamAsync(attack.Worker.PathOf("files.zip"))))
            Assert.Equal(["own"], zip.Entries.Select(entry => entry.FullName));
        using var all = await attack.Worker.Http.DeleteAsync(attack.Worker.PathOf("files"));
        Assert.Equal(HttpStatusCode.NoContent, all.StatusCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(attack.Downloads));
        attack.AssertOutsideIsWhole();
    }

    [Fact]
    public async Task What_is_uploaded_belongs_to_the_browsers_user()
    {
        await using var attack = await Attack.StartAsync();
        (await attack.UploadAsync("sub/planted")).EnsureSuccessStatusCode().Dispose();
        await attack.RunAsync(
            "cd downloads && test -O sub && test -O sub/planted && echo more >> sub/planted && mv sub/planted sub/other && rm -r sub");
        Assert.Empty(await attack.ListAsync());
    }

    [Fact]
    public async Task The_log_and_the_folder_of_uploads_are_not_the_browsers_to_exchange()
    {
        await using var attack = await Attack.StartAsync();
        await attack.RunAsync(
            "rm -f browser.log; ln -s $OUTSIDE/secret browser.log; mv uploads u2; ln -s $OUTSIDE uploads; " +
            "rm -rf tmp; ln -s $OUTSIDE tmp; mkdir other");
        Assert.Equal(
            ["browser.log", "downloads", "profile", "tmp", "uploads"],
            Directory.EnumerateFileSystemEntries(attack.Worker.Profile).Select(Path.GetFileName).Order());
        Assert.All(Directory.EnumerateFileSystemEntries(attack.Worker.Profile), path => Assert.Null(new FileInfo(path).LinkTarget));
    }

    [Fact]
    public async Task A_profile_full_of_traps_is_deleted_and_nothing_else()
    {
        await using var attack = await Attack.StartAsync();
        await attack.RunAsync(
            "cd profile && ln -s $OUTSIDE way && ln -s $OUTSIDE/secret link && mkfifo pipe && mkdir $(printf '\\377') && " +
            "ln -s $OUTSIDE $(printf '\\377/way')");
        var profile = attack.Worker.Profile;
        await attack.Worker.DeleteAsync();
        await Eventually.IsTrueAsync(() => !Directory.Exists(profile), "the profile is gone");
        await attack.Worker.ReadyAsync();
        attack.AssertOutsideIsWhole();
    }

    /// <summary>A worker that runs as root, a browser that runs as a separate user, and a folder that only root can access.</summary>
    private sealed class Attack(WorkerProcess worker, string user, DirectoryInfo outside) : IAsyncDisposable
    {
        public WorkerProcess Worker => worker;

        public string Downloads => Path.Combine(worker.Profile, "downloads");

        private string Secret => Path.Combine(outside.FullName, "secret");

        public static async Task<Attack> StartAsync()
        {
            if (!Environment.IsPrivilegedProcess)
                Assert.Skip("only a worker that is root can be attacked by another user");
            if (!File.Exists(Setpriv))
                Assert.Skip($"there is no {Setpriv} to act as another user");
            var worker = await WorkerProcess.StartAsync();
            var isolation = (await worker.Http.GetFromJsonAsync<JsonObject>("/status"))!["isolation"]!;
            if (!(bool)isolation["user"]!["on"]!)
            {
                await worker.DisposeAsync();
                Assert.Skip($"user: {isolation["user"]!["why"]}");
            }

            var user = File.ReadLines($"/proc/{worker.BrowserPid()}/status")
                .Single(line => line.StartsWith("Uid:", StringComparison.Ordinal))
                .Split('\t')[1];
            var outside = Directory.CreateTempSubdirectory("steelyard-outside-");
            var attack = new Attack(worker, user, outside);
            await File.WriteAllTextAsync(attack.Secret, "root's secret");
            return attack;
        }

        /// <summary>Runs a script as the browser's user in the worker's profile folder. Errors of the script are ignored.</summary>
        public Task RunAsync(string script) =>
            RunAsync(Setpriv, $"--reuid={user}", $"--regid={user}", "--clear-groups", "/bin/sh", "-c", $"cd {worker.Profile}; {script}");

        public Task RunAsRootAsync(string script) => RunAsync("/bin/sh", "-c", script);

        public async Task AssertOutsideIsOutOfReachAsync(string path)
        {
            Assert.Equal(HttpStatusCode.NotFound, await worker.StatusOfAsync(worker.PathOf($"files/{path}")));
            (await UploadAsync(path)).Dispose();
            (await UploadAsync($"{path}-planted")).Dispose();
            (await worker.Http.DeleteAsync(worker.PathOf($"files/{path}"))).Dispose();
            Assert.DoesNotContain(await ListAsync(), file => file.EndsWith("secret", StringComparison.Ordinal));
            (await worker.Http.DeleteAsync(worker.PathOf("files"))).Dispose();
            AssertOutsideIsWhole();
        }

        public void AssertOutsideIsWhole()
        {
            Assert.Equal([Secret], Directory.EnumerateFileSystemEntries(outside.FullName));
            Assert.Equal("root's secret", File.ReadAllText(Secret));
        }

        public async Task<string> TextOfAsync(string path)
        {
            using var reply = await worker.Http.GetAsync(worker.PathOf($"files/{path}"));
            return await reply.Content.ReadAsStringAsync();
        }

        public async Task<string[]> ListAsync() =>
            [
                .. (await worker.Http.GetFromJsonAsync<JsonObject>(worker.PathOf("files")))!["data"]!.AsArray()
                    .Select(file => ((string)file!["path"]!).Split("/downloads/", 2)[1]),
            ];

        public async Task<HttpResponseMessage> UploadAsync(string path)
        {
            using var form =
                new MultipartFormDataContent { { new StringContent("planted"), "file", "x" }, { new StringContent(path), "path" } };
            return await worker.Http.PostAsync(worker.PathOf("files"), form);
        }

        public async ValueTask DisposeAsync()
        {
            await worker.DisposeAsync();
            outside.Delete(recursive: true);
        }

        private async Task RunAsync(string program, params string[] arguments)
        {
            var process = OsProcess.Start(new(program, arguments)
            {
                Environment = new Dictionary<string, string?> { ["OUTSIDE"] = outside.FullName, ["PROFILE"] = worker.Profile },
            });
            await process.Exited.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }
}
