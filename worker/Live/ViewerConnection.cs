using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using SteelBrowser.Chromium;
using SteelBrowser.DevTools;

namespace SteelBrowser.Live;

/// <summary>One viewer's WebSocket, from its first message to its close.</summary>
internal sealed class ViewerConnection(WebSocket socket, Viewer viewer, LiveView view, ViewerCommands commands, TimeProvider time)
{
    private const int MaxMessageBytes = 64 * 1024;
    private const int UsualBytes = 1024;
    private static readonly TimeSpan SendDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CloseDeadline = TimeSpan.FromSeconds(1);

    private (int Width, int Height) size;

    /// <summary>Runs until the viewer leaves or the browser is gone, whichever comes first.</summary>
    /// <param name="tab">The tab to show first; null for any.</param>
    /// <param name="ended">The task <see cref="SessionBrowser.Ended"/>.</param>
    public async Task RunAsync(string? tab, Task<BrowserEnd> ended)
    {
        var sending = SendAsync();
        var receiving = ReceiveAsync(tab, ended);
        var first = await Task.WhenAny(receiving, Closing.WhenAsync(ended));
        viewer.Close(await first);

        // The viewer now has time to answer our close with its own. A viewer that no longer reads is cut off.
        var farewell = Task.WhenAll(sending, DrainAsync(receiving));
        await farewell.WaitAsync(CloseDeadline, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        socket.Abort();
        await farewell;
    }

    // With unread data, the system would reset the connection, and our close would be lost.
    private async Task DrainAsync(Task receiving)
    {
        await receiving;
        try
        {
            var buffer = new byte[UsualBytes];
            while (socket.State is WebSocketState.Open or WebSocketState.CloseSent)
                await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
        }
        catch (Exception e) when (IsLeaving(e))
        {
            // The viewer left without a close message.
        }
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                var news = await viewer.NextAsync();
                using var deadline = new CancellationTokenSource(SendDeadline, time);
                if (news.Closing is { } closing)
                {
                    await socket.CloseOutputAsync(closing.Status, closing.Reason, deadline.Token);
                    return;
                }

                if (news.Error is { } error)
                    await SendTextAsync($$"""{"type":"error","message":"{{JsonEncodedText.Encode(error)}}"}""", deadline.Token);
                if (news.TabsChanged)
                    await SendTextAsync(view.TabsFor(viewer), deadline.Token);
                if (news.Frame is { } frame)
                    await SendFrameAsync(frame, deadline.Token);
            }
        }
        catch (Exception e) when (IsLeaving(e))
        {
            // The receiver gets the same failure, and ends the connection.
            socket.Abort();
        }
    }

    private async Task SendFrameAsync(Frame frame, CancellationToken deadline)
    {
        if (size != (frame.Width, frame.Height))
        {
            size = (frame.Width, frame.Height);
            await SendTextAsync($$"""{"type":"size","width":{{frame.Width}},"height":{{frame.Height}}}""", deadline);
        }

        await socket.SendAsync(frame.Jpeg, WebSocketMessageType.Binary, endOfMessage: true, deadline);
    }

    private ValueTask SendTextAsync(string text, CancellationToken deadline) => SendTextAsync(Encoding.UTF8.GetBytes(text), deadline);

    private ValueTask SendTextAsync(ReadOnlyMemory<byte> utf8, CancellationToken deadline) =>
        socket.SendAsync(utf8, WebSocketMessageType.Text, endOfMessage: true, deadline);

    private async Task<Closing> ReceiveAsync(string? tab, Task<BrowserEnd> ended)
    {
        try
        {
            await view.JoinAsync(viewer, tab);
            var buffer = new byte[UsualBytes];
            while (true)
            {
                var length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    if (length == MaxMessageBytes)
                        return Closing.TooMuch;
                    if (length == buffer.Length)
                        Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaxMessageBytes));
                    part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                    length += part.Count;
                }
                while (!part.EndOfMessage);

                if (part.MessageType == WebSocketMessageType.Close)
                    return Closing.ViewerLeft;
                if (!ended.IsCompleted)
                    await commands.HandleAsync(buffer.AsMemory(0, length));
            }
        }
        catch (Exception e) when (e is DevToolsException or OperationCanceledException && !IsClosed)
        {
            return Closing.NoAnswer;
        }
        catch (BrowserLostException)
        {
            return await Closing.WhenAsync(ended);
        }
        catch (Exception e) when (IsLeaving(e))
        {
            return Closing.ViewerLeft;
        }
    }

    private bool IsClosed => socket.State is WebSocketState.Aborted or WebSocketState.Closed;

    private static bool IsLeaving(Exception e) => e is WebSocketException or OperationCanceledException or IOException;
}
