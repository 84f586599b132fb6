using SteelBrowser.Chromium;
using SteelBrowser.Http;

namespace SteelBrowser.Live;

/// <summary>Handles the WebSocket call <c>/sessions/:id/live</c>.</summary>
internal sealed class LiveEndpoint(ChromiumHost host, TimeProvider time)
{
    // A viewer that has lost its network sends nothing. So viewers are pinged, and disconnected when they do not answer.
    private static readonly TimeSpan PingPeriod = TimeSpan.FromSeconds(20);
    private static readonly Reply NotUpgraded = Reply.Error(
        StatusCodes.Status426UpgradeRequired, "the live view is a WebSocket: connect with a WebSocket client");
    private static readonly Reply BadInteractive = Reply.Json(
        StatusCodes.Status400BadRequest, """{"message":"interactive must be true or false","field":"interactive"}"""u8.ToArray());
    private static readonly Reply Full = Reply.Error(
        StatusCodes.Status503ServiceUnavailable,
        $"this session already has {LiveView.MaxViewers} viewers, which is the limit: try again when one of them has left");

    private readonly Lock gate = new();
    private LiveView? current;

    /// <summary>Serves one viewer. Returns null when it has left, or the reply to a request that is refused.</summary>
    public async ValueTask<Reply?> HandleAsync(HttpContext context, string id)
    {
        if (host.BrowserOf(id) is not { } browser)
            return Reply.NotFound;
        if (!context.WebSockets.IsWebSocketRequest)
            return NotUpgraded;
        if (!TryReadInteractive(context.Request, out var interactive))
            return BadInteractive;
        var (view, viewer) = (ViewOf(browser), new Viewer());
        if (!view.TryEnter(viewer))
            return Full;
        try
        {
            var accept = new WebSocketAcceptContext { KeepAliveInterval = PingPeriod, KeepAliveTimeout = PingPeriod };
            using var socket = await context.WebSockets.AcceptWebSocketAsync(accept);
            var commands = new ViewerCommands(view, viewer, interactive, time);
            await new ViewerConnection(socket, viewer, view, commands, time).RunAsync(Tab(context.Request), browser.Ended);
            return null;
        }
        finally
        {
            await view.LeaveAsync(viewer);
        }
    }

    private static string? Tab(HttpRequest request) => request.Query["tab"] is [{ Length: > 0 } tab] ? tab : null;

    private static bool TryReadInteractive(HttpRequest request, out bool interactive)
    {
        interactive = true;
        return request.Query["interactive"] is not [{ } text] || bool.TryParse(text, out interactive);
    }

    // One view for each browser. The view of a browser that has ended has no viewers left.
    private LiveView ViewOf(SessionBrowser browser)
    {
        lock (gate)
        {
            if (current?.Pipe != browser.Pipe)
                current = new(browser.Pipe, time);
            return current;
        }
    }
}
