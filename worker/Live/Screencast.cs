using SteelBrowser.DevTools;

namespace SteelBrowser.Live;

/// <summary>
/// The pictures of one tab, taken once for all its viewers. The lock is needed because frames arrive while viewers come and go.
/// </summary>
internal sealed class Screencast : IDisposable
{
    private const string Settings = """{"format":"jpeg","quality":60,"maxWidth":1280,"maxHeight":800,"everyNthFrame":1}""";
    private static readonly TimeSpan AckDeadline = TimeSpan.FromSeconds(5);

    // Together five seconds: a viewer learns by then that the page does not respond.
    private static readonly TimeSpan ProbePause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ProbeDeadline = TimeSpan.FromSeconds(3);

    private readonly Lock gate = new();
    private readonly List<Viewer> viewers = [];
    private readonly DevToolsPipe pipe;
    private readonly PageSession page;
    private readonly TimeProvider time;
    private readonly Action<bool> probed;
    private readonly CancellationTokenSource ended = new();
    private Frame? latest;

    private Screencast(DevToolsPipe pipe, PageSession page, Action<bool> probed, TimeProvider time)
    {
        this.probed = probed;
        this.pipe = pipe;
        this.page = page;
        this.time = time;
    }

    /// <summary>Our CDP session with the tab.</summary>
    public string Session => page.Id;

    public bool IsWatched
    {
        get
        {
            lock (gate)
                return viewers.Count > 0;
        }
    }

    /// <summary>
    /// Attaches to a tab and starts. The CDP domain Page stays disabled; otherwise dialogs of the page would wait for our answer. Throws
    /// like <see cref="DevToolsPipe.CallAsync"/>; then nothing runs.
    /// </summary>
    /// <param name="pipe">The connection to the browser.</param>
    /// <param name="tab">The tab.</param>
    /// <param name="browserSession">Our CDP session with the browser.</param>
    /// <param name="probed">Told again and again whether the page responds. Must not block.</param>
    /// <param name="time">The clock.</param>
    /// <param name="deadline">The deadline of the start.</param>
    public static async Task<Screencast> StartAsync(
        DevToolsPipe pipe, string tab, string browserSession, Action<bool> probed, TimeProvider time, CancellationToken deadline)
    {
        var screencast = new Screencast(pipe, await PageSession.AttachAsync(pipe, tab, deadline, browserSession), probed, time);
        pipe.Received += screencast.OnEvent;
        try
        {
            await screencast.page.CallAsync("Page.startScreencast", Settings, deadline);
            _ = screencast.ProbeAsync();
            return screencast;
        }
        catch
        {
            screencast.Dispose();
            throw;
        }
    }

    /// <summary>Detaches from the tab, which ends the screencast.</summary>
    public void Dispose()
    {
        pipe.Received -= OnEvent;
        ended.Cancel();
        probed(true); // Nobody knows it any more.
        page.Dispose();
    }

    public void Add(Viewer viewer)
    {
        lock (gate)
        {
            viewers.Add(viewer);
            if (latest is not null)
                viewer.Show(latest);
        }
    }

    public void Remove(Viewer viewer)
    {
        lock (gate)
        {
            viewers.Remove(viewer);
            viewer.DropFrame();
        }
    }

    private void OnEvent(DevToolsEvent news)
    {
        if (news.Session != Session || news.Method != "Page.screencastFrame")
            return;
        _ = AcknowledgeAsync(news.Parameters.GetProperty("sessionId").GetInt32());
        var metadata = news.Parameters.GetProperty("metadata");
        var scale = metadata.GetProperty("pageScaleFactor").GetDouble();
        var frame = new Frame(
            news.Parameters.GetProperty("data").GetBytesFromBase64(),
            (int)Math.Round(metadata.GetProperty("deviceWidth").GetDouble() / scale),
            (int)Math.Round(metadata.GetProperty("deviceHeight").GetDouble() / scale));
        lock (gate)
        {
            latest = frame;
            foreach (var viewer in viewers)
                viewer.Show(frame);
        }
    }

    private async Task ProbeAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(ProbePause, time, ended.Token);
                probed(await page.RespondsAsync(ProbeDeadline, time, ended.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or BrowserLostException)
        {
            // The screencast, the tab or the browser has ended.
        }
    }

    // The browser sends the next frame only after this call.
    private async Task AcknowledgeAsync(int frame)
    {
        using var deadline = new CancellationTokenSource(AckDeadline, time);
        await Quietly.CallAsync(pipe, "Page.screencastFrameAck", $$"""{"sessionId":{{frame}}}""", Session, deadline.Token);
    }
}
