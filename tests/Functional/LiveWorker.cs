using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>Helpers for tests of the live view on a worker.</summary>
internal static class LiveWorker
{
    // The path that the worker tries first.
    private const string Browser = "/usr/lib/chromium/chromium-headless-shell";
    private const string SpyLog = "spy.log";

    /// <summary>Starts a worker that records the messages on its browser's debugging pipe, for <see cref="Spied"/>.</summary>
    public static Task<WorkerProcess> StartSpiedAsync() =>
        WorkerProcess.StartAsync(folder => ["--browser", WriteSpy(folder)], folders: folder => $"{folder}:{AppContext.BaseDirectory}:/usr");

    /// <summary>The number of lines in the spy's log that contain a text.</summary>
    public static int Spied(this WorkerProcess worker, string text) =>
        File.ReadLines(worker.FileOf(SpyLog)).Count(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>Makes the spied browser refuse new screencasts, or accept them again.</summary>
    public static void ShowsTabs(this WorkerProcess worker, bool may)
    {
        var refusal = worker.FileOf(SpyLog) + ".refuse";
        if (may)
            File.Delete(refusal);
        else
            File.WriteAllText(refusal, "");
    }

    /// <summary>Watches the current session.</summary>
    /// <param name="worker">The worker of the session.</param>
    /// <param name="query">The query, such as <c>?interactive=false</c>.</param>
    public static Task<LiveViewer> WatchAsync(this WorkerProcess worker, string query = "") =>
        LiveViewer.ConnectAsync(worker.LiveAddress(query));

    public static Uri LiveAddress(this WorkerProcess worker, string query = "") =>
        new($"ws://{worker.Http.BaseAddress!.Authority}{worker.PathOf("live")}{query}");

    /// <summary>The pages of the session's browser, as a separate client sees them.</summary>
    public static async Task<List<(string Id, string Title)>> PagesAsync(this WorkerProcess worker)
    {
        var pages = await worker.Http.GetFromJsonAsync<JsonArray>("/json/list");
        return [.. pages!.Where(page => (string?)page!["type"] == "page").Select(page => ((string)page!["id"]!, (string)page!["title"]!))];
    }

    public static async Task<bool> HasTitleAsync(this WorkerProcess worker, string title) =>
        (await worker.PagesAsync()).Exists(page => page.Title == title);

    /// <summary>Whether any DevTools client has a session with a page of the browser.</summary>
    public static async Task<bool> IsAttachedAsync(this WorkerProcess worker)
    {
        using var client = await worker.AttachAsync();
        var targets = (await client.CallAsync("Target.getTargets"))["targetInfos"]!.AsArray();
        return targets.Any(target => (string?)target!["type"] == "page" && (bool)target["attached"]!);
    }

    private static string WriteSpy(string folder)
    {
        var path = Path.Combine(folder, "browser");
        var spy = Path.Combine(AppContext.BaseDirectory, "Functional", "spying-browser.mjs");
        File.WriteAllText(path, $"#!/bin/sh\nSPY_LOG='{Path.Combine(folder, SpyLog)}' exec node '{spy}' '{Browser}' \"$@\"\n");

        // The browser of a worker that runs as root runs as a separate user.
        File.SetUnixFileMode(
            path,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        var log = Path.Combine(folder, SpyLog);
        File.WriteAllText(log, "");
        File.SetUnixFileMode(log, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
        return path;
    }
}
