using System.Globalization;
using Steelyard.Processes;

namespace Steelyard.Tests.Functional;

/// <summary>Who gets the processor first when all processors are busy. Uses real Chromium.</summary>
public sealed class NicenessTests
{
    private const int Field = 16; // Of /proc/PID/task/TID/stat, after the name.

    [Fact]
    public async Task Every_thread_of_a_browser_runs_below_the_node_and_the_worker()
    {
        if (Contract.BrowserLocator.Find(null) is null)
            Assert.Skip("no Chromium is installed: run `make browser`");
        await using var node = await NodeProcess.StartAsync(
            null, "--worker", "chromium", "--warm", "1", "--max-workers", "1", "--worker-start-timeout", "40s");
        var id = await node.CreateAsync();
        using var client = await DevToolsClient.ConnectAsync(new($"ws://{node.Http.BaseAddress!.Authority}/sessions/{id}/cdp"));

        // The browser changes the priority of pages that come to the front or go to the back.
        await client.CallAsync("Target.createTarget", new() { ["url"] = "about:blank", ["background"] = true });
        await client.EvaluateAsync(await client.AttachToPageAsync(), "document.title");
        var worker = await node.PidOfAsync(id);
        var browser = ProcFile.Pids().Where(pid => pid != worker && ProcessStat.Read(pid)?.Group == worker).ToList();
        var ours = Threads(Environment.ProcessId).Min();
        Assert.All(Threads(node.Process.Pid), niceness => Assert.Equal(ours, niceness));
        Assert.All(Threads(worker), niceness => Assert.Equal(ours, niceness));
        Assert.True(browser.Count >= 3, $"the browser has {browser.Count} processes");
        Assert.All(browser.SelectMany(Threads), niceness => Assert.InRange(niceness, ours + 5, 19));
    }

    private static List<int> Threads(int pid) => [.. Directory.EnumerateDirectories($"/proc/{pid}/task").Select(Niceness).OfType<int>()];

    // Returns null if the thread has ended.
    private static int? Niceness(string thread)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(thread, "stat"));
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[Field], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
