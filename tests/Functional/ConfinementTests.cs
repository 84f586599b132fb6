using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Steelyard.Contract;

namespace Steelyard.Tests.Functional;

/// <summary>The files of this machine that a session's browser can reach, and the user that it runs as. Uses real Chromium.</summary>
public sealed class ConfinementTests
{
    private const string Denied = "net::ERR_ACCESS_DENIED";

    [Fact]
    public async Task A_browser_reads_its_own_files_and_no_others()
    {
        await using var worker = await StartAsync("files");
        var outside = Directory.CreateTempSubdirectory("steelyard-secret-");
        try
        {
            var secret = Path.Combine(outside.FullName, "secret.html");
            await File.WriteAllTextAsync(secret, "secret");
            foreach (var folder in ((string[])[outside.FullName, secret]))
                File.SetUnixFileMode(folder, (UnixFileMode)Convert.ToInt32("755", 8));
            using var client = await worker.AttachAsync();
            var page = await client.AttachToPageAsync();
            var own = await OwnFolderAsync(client);
            var given = Path.Combine(own, "downloads", "given.html");
            await File.WriteAllTextAsync(given, "for the session");
            Assert.Null(await ErrorAtAsync(client, page, $"file://{given}"));
            foreach (var path in new[]
            {
                secret,
                "/etc/passwd",
                "/etc/hostname",
                $"{Path.GetDirectoryName(own)}/log",
                $"/proc/{Environment.ProcessId}/environ",
            })
                Assert.True(await ErrorAtAsync(client, page, $"file://{path}") is not null, $"{path} is shown");
        }
        finally
        {
            outside.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Programs_of_others_and_their_settings_are_not_the_browsers_and_pages_look_as_ever()
    {
        await using var worker = await StartAsync("files");
        using var client = await worker.AttachAsync();
        var page = await client.AttachToPageAsync();
        foreach (var path in new[] { "/usr/bin/env", "/bin/sh" })
            Assert.Equal(Denied, await ErrorAtAsync(client, page, $"file://{path}"));
        if (Environment.IsPrivilegedProcess)
        {
            foreach (var place in new[] { "/opt", "/usr/local", "/usr/local/share" })
                await AssertHiddenAsync(client, page, place);
            if (Directory.Exists("/etc/ssl/certs"))
                await AssertHiddenAsync(client, page, "/etc/ssl"); // Private keys are in a folder next to the certificates.
        }

        await client.GoAsync(page, "about:blank");
        Assert.True(
            (double)(await client.EvaluateAsync(page, "document.createElement('canvas').getContext('2d').measureText('Text').width"))! > 0);
        Assert.Equal(
            "Asia/Tokyo",
            (string?)await client.EvaluateAsync(
                page, "new Intl.DateTimeFormat('ja', { timeZone: 'Asia/Tokyo' }).resolvedOptions().timeZone"));
    }

    // A program is installed in this folder, with keys in its settings.
    private static async Task AssertHiddenAsync(DevToolsClient client, string page, string place)
    {
        var folder = Path.Combine(place, TestNode.FolderName());
        Directory.CreateDirectory(folder);
        try
        {
            var settings = Path.Combine(folder, "appsettings.json");
            await File.WriteAllTextAsync(settings, """{"api-key":"secret"}""");
            File.SetUnixFileMode(settings, (UnixFileMode)Convert.ToInt32("644", 8));
            Assert.Equal(Denied, await ErrorAtAsync(client, page, $"file://{settings}"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_client_cannot_download_into_a_folder_of_this_machine()
    {
        await using var worker = await StartAsync("files");
        await using var site = await Site.StartAsync(new() { ["/"] = "<a id=a href=/file.bin download>x</a>" });
        var outside = Directory.CreateTempSubdirectory("steelyard-outside-");
        try
        {
            File.SetUnixFileMode(outside.FullName, (UnixFileMode)Convert.ToInt32("777", 8));
            using var client = await worker.AttachAsync();
            var page = await client.AttachToPageAsync();
            var into = Path.Combine(await OwnFolderAsync(client), "profile", "elsewhere");
            foreach (var folder in new[] { outside.FullName, into })
            {
                await client.CallAsync("Browser.setDownloadBehavior", new() { ["behavior"] = "allow", ["downloadPath"] = folder });
                await client.GoAsync(page, $"{site.Url}/");
                await client.EvaluateAsync(page, "document.getElementById('a').click()");
            }

            await Eventually.IsTrueAsync(
                () => File.Exists(Path.Combine(into, "file.bin")), "the second download, into its own folder, is there");
            Assert.Empty(outside.EnumerateFileSystemInfos());
        }
        finally
        {
            outside.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_browser_runs_in_its_sandbox_and_never_as_root()
    {
        await using var worker = await StartAsync("sandbox");
        using var client = await worker.AttachAsync();
        var renderer = await ProcessAsync(client, "renderer");
        var status = await File.ReadAllLinesAsync($"/proc/{renderer}/status");
        Assert.Contains("NoNewPrivs:\t1", status);
        Assert.Contains("Seccomp:\t2", status);
        Assert.DoesNotContain(status, line => line.StartsWith("Uid:\t0\t", StringComparison.Ordinal));
        Assert.NotEqual(new FileInfo("/proc/self/ns/user").LinkTarget, new FileInfo($"/proc/{renderer}/ns/user").LinkTarget);
        Assert.NotEqual(new FileInfo("/proc/self/ns/net").LinkTarget, new FileInfo($"/proc/{renderer}/ns/net").LinkTarget);
    }

    [Fact]
    public async Task As_root_each_browser_has_a_user_of_its_own()
    {
        await using var one = await StartAsync("user");
        await using var two = await StartAsync("user");
        using var first = await one.AttachAsync();
        using var second = await two.AttachAsync();
        var users = new[] { UserOf(await ProcessAsync(first, "browser")), UserOf(await ProcessAsync(second, "browser")) };
        Assert.DoesNotContain("0", users);
        Assert.NotEqual(users[0], users[1]);
    }

    [Fact]
    public async Task A_node_says_what_its_browsers_are_held_by()
    {
        if (BrowserLocator.Find(null) is null)
            Assert.Skip("no Chromium is installed: run `make browser`");
        await using var node =
            await TestNode.StartAsync(
                options =>
                    options with { Worker = "chromium", Warm = 1, EgressRules = ["open"], WorkerStartTimeout = TimeSpan.FromSeconds(40) });
        await node.ReadyAsync(1);
        var isolation = (await node.Http.GetFromJsonAsync<JsonObject>("/readyz"))!["isolation"]!.AsObject();
        Assert.Equal(["sandbox", "user", "files", "egress"], isolation.Select(guard => guard.Key));
        Assert.Equal("""{"on":false,"why":"--egress open allows everything"}""", isolation["egress"]!.ToJsonString());
        Assert.All(
            isolation, guard => Assert.True((bool)guard.Value!["on"]! || !string.IsNullOrEmpty((string?)guard.Value["why"]), guard.Key));
    }

    [Fact]
    public async Task What_clients_sent_is_readable_for_nobody_else_on_the_machine()
    {
        const UnixFileMode Others = (UnixFileMode)0b000_111_111;
        await using var node = await TestNode.StartAsync(options => options);
        await node.ReadyAsync(1);
        await node.CreateAsync("""{"secret":"x"}""");
        var files = Directory.EnumerateFiles(node.RunDirectory, "*", SearchOption.AllDirectories).ToList();
        Assert.Contains(files, file => Path.GetFileName(file) == "session.json");
        Assert.All(files, file => Assert.True((File.GetUnixFileMode(file) & Others) == 0, file));
    }

    // Skips the test when this machine does not support this isolation.
    private static async Task<WorkerProcess> StartAsync(string guard)
    {
        var worker = await WorkerProcess.StartAsync();
        var isolation = (await worker.Http.GetFromJsonAsync<JsonObject>("/status"))!["isolation"]!;
        if ((bool)isolation[guard]!["on"]!)
            return worker;
        await worker.DisposeAsync();
        Assert.Skip($"{guard}: {isolation[guard]!["why"]}");
        throw new InvalidOperationException("Skip throws");
    }

    private static async Task<string?> ErrorAtAsync(DevToolsClient client, string page, string url) =>
        (string?)(await client.CallAsync("Page.navigate", new() { ["url"] = url }, page))["errorText"];

    private static async Task<int> ProcessAsync(DevToolsClient client, string type)
    {
        var processes = (await client.CallAsync("SystemInfo.getProcessInfo"))["processInfo"]!.AsArray();
        return (int)processes.First(process => (string?)process!["type"] == type)!["id"]!;
    }

    // The worker's folder that holds the browser profile.
    private static async Task<string> OwnFolderAsync(DevToolsClient client)
    {
        var pid = await ProcessAsync(client, "browser");
        var line = await File.ReadAllTextAsync($"/proc/{pid}/cmdline");
        return Path.GetDirectoryName(
            line.Split('\0').Single(word => word.StartsWith("--user-data-dir=", StringComparison.Ordinal))["--user-data-dir=".Length..])!;
    }

    private static string UserOf(int pid) =>
        File.ReadLines($"/proc/{pid}/status").Single(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
}
