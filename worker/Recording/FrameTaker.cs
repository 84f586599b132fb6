using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using SteelBrowser.DevTools;

namespace SteelBrowser.Recording;

/// <summary>
/// Takes a small picture of a page when its load is over, as far as the network shows it, and when a page has an error. One picture at a
/// time; a page that does not answer is left alone.
/// </summary>
internal sealed class FrameTaker : IAsyncDisposable
{
    private const int MaxWaiting = 4;
    private const string Settings =
        """{"format":"jpeg","quality":40,"optimizeForSpeed":true,"captureBeyondViewport":false}""";

    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    private readonly DevToolsPipe pipe;
    private readonly EventLog log;
    private readonly string folder;
    private readonly RecordLimits limits;
    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<string, Load> loads = new();
    private readonly CancellationTokenSource closing = new();
    private readonly Channel<(string Page, string Session, string Why)> asked =
        Channel.CreateBounded<(string, string, string)>(
            new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Task taking;
    private volatile Tuple<string, string>? last; // The page and its CDP session.
    private int taken;
    private long bytes;

    /// <param name="pipe">The connection to the browser.</param>
    /// <param name="log">Is told of each picture.</param>
    /// <param name="folder">An existing folder that the browser cannot read. Pictures in it count.</param>
    /// <param name="limits">How many, and how large together.</param>
    /// <param name="time">The clock.</param>
    public FrameTaker(DevToolsPipe pipe, EventLog log, string folder, RecordLimits limits, TimeProvider time)
    {
        this.pipe = pipe;
        this.log = log;
        this.folder = folder;
        this.limits = limits;
        this.time = time;
        var before = new DirectoryInfo(folder).GetFiles();
        (taken, bytes) = (before.Length, before.Sum(file => file.Length));
        taking = TakeAllAsync();
    }

    /// <summary>Called for each event of the domain Network. Does not block.</summary>
    public void OnNetwork(string page, string session, string method, JsonElement e)
    {
        var load = loads.GetOrAdd(page, _ => new());
        last = Tuple.Create(page, session);
        switch (method)
        {
            case "Network.requestWillBeSent" when IsNavigation(page, e):
                if (load.Begin(time.GetTimestamp()))
                    _ = AskWhenQuietAsync(page, session, load);
                break;
            case "Network.requestWillBeSent":
                load.Started();
                break;
            case "Network.loadingFinished" or "Network.loadingFailed":
                load.Ended(time.GetTimestamp());
                break;
        }
    }

    /// <summary>A page has an error. The picture is of the page that has used the network last. Does not block.</summary>
    public void OnError()
    {
        if (last is var (page, session))
            asked.Writer.TryWrite((page, session, "error"));
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await taking;
        closing.Dispose();
    }

    private static bool IsNavigation(string page, JsonElement e) =>
        e.TryGetProperty("type", out var type) && type.GetString() == "Document"
        && e.TryGetProperty("frameId", out var frame) && frame.GetString() == page;

    private async Task AskWhenQuietAsync(string page, string session, Load load)
    {
        var started = time.GetTimestamp();
        try
        {
            do
            {
                await Task.Delay(Quiet, time, closing.Token);
            }
            while (!load.IsQuiet(time, Quiet) && time.GetElapsedTime(started) < LongestWait);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        load.End();
        asked.Writer.TryWrite((page, session, "loaded"));
    }

    private async Task TakeAllAsync()
    {
        try
        {
            await foreach (var (page, session, why) in asked.Reader.ReadAllAsync(closing.Token))
            {
                if (taken < limits.Frames && bytes < limits.FrameBytes)
                    await TakeAsync(page, session, why);
            }
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
    }

    private async Task TakeAsync(string page, string session, string why)
    {
        using var timer = new CancellationTokenSource(Deadline, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, closing.Token);
        try
        {
            var shot = await pipe.CallAsync("Page.captureScreenshot", Settings, session, deadline.Token);
            var picture = shot.GetProperty("data").GetBytesFromBase64();
            var name = (++taken).ToString("D4", CultureInfo.InvariantCulture) + ".jpg";
            bytes += picture.Length;
            await File.WriteAllBytesAsync(Path.Combine(folder, name), picture, closing.Token);
            log.Add("frame", json =>
            {
                json.WriteString("page"u8, page);
                json.WriteString("file"u8, name);
                json.WriteString("why"u8, why);
            });
        }
        catch (Exception e) when (e is DevToolsException or BrowserLostException or IOException or UnauthorizedAccessException
            or OperationCanceledException && !closing.IsCancellationRequested)
        {
            log.Add("frame.failed", json =>
            {
                json.WriteString("page"u8, page);
                json.WriteString("why"u8, e is OperationCanceledException ? "the page did not answer within a second" : e.Message);
            });
        }
    }

    // The requests of one page since its last navigation. One lock.
    private sealed class Load
    {
        private readonly Lock gate = new();
        private int running;
        private long lastEnd;
        private bool isWaiting;

        /// <summary>False when somebody already waits for the end of the load.</summary>
        public bool Begin(long now)
        {
            lock (gate)
            {
                (running, lastEnd) = (1, now);
                return !isWaiting && (isWaiting = true);
            }
        }

        public void Started()
        {
            lock (gate)
                running++;
        }

        public void Ended(long now)
        {
            lock (gate)
                (running, lastEnd) = (Math.Max(0, running - 1), now);
        }

        public bool IsQuiet(TimeProvider time, TimeSpan quiet)
        {
            lock (gate)
                return running == 0 && time.GetElapsedTime(lastEnd) >= quiet;
        }

        public void End()
        {
            lock (gate)
                isWaiting = false;
        }
    }
}
