using SteelBrowser.DevTools;
using System.Net.WebSockets;
using SteelBrowser.Chromium;

namespace SteelBrowser.Live;

/// <summary>How a viewer's WebSocket is closed.</summary>
/// <param name="Status">The close code.</param>
/// <param name="Reason">For people; 123 bytes at most.</param>
internal sealed record Closing(WebSocketCloseStatus Status, string Reason)
{
    public static readonly Closing ViewerLeft = new(WebSocketCloseStatus.NormalClosure, "");
    public static readonly Closing TooMuch = new(WebSocketCloseStatus.MessageTooBig, "a message may have 64 KiB at most");
    public static readonly Closing NoAnswer = new(WebSocketCloseStatus.InternalServerError, "the browser does not answer");

    // RFC 6455's list has it by now; the enumeration does not.
    private const WebSocketCloseStatus ServiceRestart = (WebSocketCloseStatus)1012;

    /// <summary>Completes when the session no longer has this browser, and says how that came.</summary>
    /// <param name="ended">As <see cref="SessionBrowser.Ended"/>.</param>
    public static async Task<Closing> WhenAsync(Task<BrowserEnd> ended)
    {
        try
        {
            return await ended switch
            {
                BrowserEnd.Replaced => new(ServiceRestart, "the browser is being replaced: come again"),
                BrowserEnd.ClosedByClient => new(WebSocketCloseStatus.NormalClosure, "the client has closed the browser"),
                _ => new(WebSocketCloseStatus.NormalClosure, "session ended"),
            };
        }
        catch (OperationCanceledException)
        {
            return new(WebSocketCloseStatus.EndpointUnavailable, "the worker stops");
        }
        catch (BrowserLostException)
        {
            return new(WebSocketCloseStatus.InternalServerError, "browser lost");
        }
    }
}
