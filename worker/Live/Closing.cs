using System.Net.WebSockets;
using SteelBrowser.Chromium;
using SteelBrowser.DevTools;

namespace SteelBrowser.Live;

/// <summary>How a viewer's WebSocket is closed.</summary>
/// <param name="Status">The close code.</param>
/// <param name="Reason">The reason, for people; at most 123 bytes.</param>
internal sealed record Closing(WebSocketCloseStatus Status, string Reason)
{
    public static readonly Closing ViewerLeft = new(WebSocketCloseStatus.NormalClosure, "");
    public static readonly Closing TooMuch = new(WebSocketCloseStatus.MessageTooBig, "a message may have at most 64 KiB");
    public static readonly Closing NoAnswer = new(WebSocketCloseStatus.InternalServerError, "the browser does not answer");

    // The registry of RFC 6455 contains this code; the enumeration does not.
    private const WebSocketCloseStatus ServiceRestart = (WebSocketCloseStatus)1012;

    /// <summary>Completes when the session no longer has this browser. The result says why.</summary>
    /// <param name="ended">The task <see cref="SessionBrowser.Ended"/>.</param>
    public static async Task<Closing> WhenAsync(Task<BrowserEnd> ended)
    {
        try
        {
            return await ended switch
            {
                BrowserEnd.Replaced => new(ServiceRestart, "the browser is being replaced: reconnect"),
                BrowserEnd.ClosedByClient => new(WebSocketCloseStatus.NormalClosure, "the client has closed the browser"),
                _ => new(WebSocketCloseStatus.NormalClosure, "session ended"),
            };
        }
        catch (OperationCanceledException)
        {
            return new(WebSocketCloseStatus.EndpointUnavailable, "the worker is stopping");
        }
        catch (BrowserLostException)
        {
            return new(WebSocketCloseStatus.InternalServerError, "browser lost");
        }
    }
}
