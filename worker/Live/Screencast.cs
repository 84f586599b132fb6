using System.Text.Json;
using Steelyard.Worker.Chromium;

namespace Steelyard.Worker.Live;

/// <summary>The pictures of one tab, made once for all who look at it. One lock: frames come while viewers do.</summary>
internal sealed class Screencast
{
    private const string Settings = """{"format":"jpeg","quality":60,"maxWidth":1280,"maxHeight":800,"everyNthFrame":1}""";
    private static readonly TimeSpan AckDeadline = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly List<Viewer> viewers = [];
    private readonly DevToolsPipe pipe;
    private readonly TimeProvider time;
    private Frame? latest;

    private Screencast(DevToolsPipe pipe, string session, TimeProvider time)
    {
        this.pipe = pipe;
        this.time = time;
        Session = session;
    }

    /// <summary>Our CDP session with the tab.</summary>
    public string Session { get; }

    public bool IsWatched
    {
        get
        {
            lock (gate)
                return viewers.Count > 0;
        }
    }

    /// <summary>
    /// Attaches to a tab and starts. The domain Page is left disabled, or dialogs of the page would wait for us to answer them. Throws as
    /// <see cref="DevToolsPipe.CallAsync"/> does; nothing runs then.
    /// </summary>
    public static async Task<Screencast> StartAsync(DevToolsPipe pipe, string tab, string browserSession, TimeProvider time, CancellationToken deadline)
    {
        var parameters = $$"""{"targetId":"{{JsonEncodedText.Encode(tab)}}","flatten":true}""";
        var attached = await pipe.CallAsync("Target.attachToTarget", parameters, browserSession, deadline);
        var screencast = new Screencast(pipe, attached.GetProperty("sessionId").GetString() ?? "", time);
        pipe.Received += screencast.OnEvent;
        try
        {
            await pipe.CallAsync("Page.startScreencast", Settings, screencast.Session, deadline);
            return screencast;
        }
        catch
        {
            await screencast.StopAsync(browserSession, deadline);
            throw;
        }
    }

    /// <summary>Detaches, which ends the screencast. A tab that has closed and a browser that is gone have ended it already.</summary>
    public async Task StopAsync(string browserSession, CancellationToken deadline)
    {
        pipe.Received -= OnEvent;
        await Quietly.CallAsync(pipe, "Target.detachFromTarget", $$"""{"sessionId":"{{Session}}"}""", browserSession, deadline);
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

    // The next frame comes only after this.
    private async Task AcknowledgeAsync(int frame)
    {
        using var deadline = new CancellationTokenSource(AckDeadline, time);
        await Quietly.CallAsync(pipe, "Page.screencastFrameAck", $$"""{"sessionId":{{frame}}}""", Session, deadline.Token);
    }
}
