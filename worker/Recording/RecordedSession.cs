using System.Text.Json;
using SteelBrowser.DevTools;
using Steelyard.Processes;

namespace SteelBrowser.Recording;

/// <summary>Writes down what the browser of one session does.</summary>
internal sealed class RecordedSession : IAsyncDisposable
{
    private const int MostLinesPerSecond = 50;

    private readonly NetworkLines network;
    private readonly FrameTaker? frames;
    private readonly ConsoleTail? console;
    private readonly Rate lines;
    private readonly bool keepQueries;

    /// <param name="log">Gets the events; belongs to this object from now on.</param>
    /// <param name="frames">Takes pictures, and belongs to this object from now on; null for none.</param>
    /// <param name="output">The browser's output, which has the console of its pages; null when it has not.</param>
    /// <param name="keepQueries">Whether addresses keep their query.</param>
    /// <param name="time">The clock.</param>
    public RecordedSession(EventLog log, FrameTaker? frames, CappedLog? output, bool keepQueries, TimeProvider time)
    {
        Log = log;
        this.frames = frames;
        this.keepQueries = keepQueries;
        network = new(log, keepQueries);
        lines = new(time);
        console = output is null ? null : new(output, OnConsole, time);
    }

    public EventLog Log { get; }

    public async ValueTask DisposeAsync()
    {
        if (console is not null)
            await console.DisposeAsync();
        if (frames is not null)
            await frames.DisposeAsync();
        await Log.DisposeAsync();
    }

    /// <summary>A page was opened or has changed.</summary>
    /// <param name="type">page.opened or page.changed.</param>
    /// <param name="info">Its <c>TargetInfo</c>.</param>
    public void OnPage(string type, JsonElement info) => Log.Add(type, json =>
    {
        var (url, title) = (info.GetProperty("url").GetString() ?? "", info.GetProperty("title").GetString() ?? "");
        json.WriteString("page"u8, info.GetProperty("targetId").GetString());
        json.WriteString("url"u8, NetworkLines.Shorten(url, keepQueries));

        // A page without a title has its address as title, as people read it.
        var hasQuery = url.Contains('?', StringComparison.Ordinal) && title.Contains('?', StringComparison.Ordinal);
        if (title.Length > 0 && !url.EndsWith(title, StringComparison.Ordinal) && (keepQueries || !hasQuery))
            json.WriteString("title"u8, Limit(title));
        if (info.TryGetProperty("openerId", out var opener))
            json.WriteString("opener"u8, opener.GetString());
    });

    /// <summary>An event of a page's domains.</summary>
    /// <param name="page">The page's id.</param>
    /// <param name="e">The event.</param>
    public void OnPage(string page, DevToolsEvent e)
    {
        if (network.TryAdd(page, e.Method, e.Parameters))
            frames?.OnNetwork(page, e.Session!, e.Method, e.Parameters);
        else if (e.Method == "Log.entryAdded")
            OnEntry(page, e.Parameters.GetProperty("entry"));
    }

    private void OnEntry(string page, JsonElement entry) => Log.Add("log", json =>
    {
        json.WriteString("page"u8, page);
        json.WriteString("level"u8, entry.GetProperty("level").GetString());
        json.WriteString("source"u8, entry.GetProperty("source").GetString());
        json.WriteString("text"u8, Limit(entry.GetProperty("text").GetString()));
        if (entry.TryGetProperty("url", out var url))
            json.WriteString("url"u8, NetworkLines.Shorten(url.GetString() ?? "", keepQueries));
    });

    // Which page it was is not known.
    private void OnConsole(ConsoleMessage message)
    {
        var count = lines.Count();
        if (count == MostLinesPerSecond + 1)
            Log.Add("console.dropped", json => json.WriteString("why"u8, $"more than {MostLinesPerSecond} messages within a second"));
        if (count > MostLinesPerSecond)
            return;
        Log.Add(message.IsError ? "page.error" : "console", json =>
        {
            json.WriteString("text"u8, Limit(message.Text));
            json.WriteString("url"u8, NetworkLines.Shorten(message.Source, keepQueries));
            json.WriteNumber("line"u8, message.Line);
        });
        if (message.IsError)
            frames?.OnError();
    }

    private static string Limit(string? text) => text is null ? "" : text.Length <= 2000 ? text : text[..2000] + "…";
}
