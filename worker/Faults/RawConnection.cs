using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using SteelBrowser.Http;

namespace SteelBrowser.Faults;

/// <summary>Writes to a request's socket directly, to send replies that the HTTP server would rightly refuse to send.</summary>
internal sealed class RawConnection(HttpContext context, TimeProvider time)
{
    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(1);

    private readonly Socket socket = context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;

    /// <summary>The reply's status, content type and body as HTTP/1.1.</summary>
    public static byte[] Serialize(Reply reply)
    {
        var head = string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {reply.Status} -\r\n")
            + (reply.ContentType is null
                ? ""
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"Content-Type: {reply.ContentType}\r\nContent-Length: {reply.Body.Length}\r\n"))
            + "\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. reply.Body.Span];
    }

    /// <summary>
    /// Sends the bytes and ends the stream before it closes the connection: a reset could discard bytes that the client has not read.
    /// </summary>
    public async Task SendAndCloseAsync(ReadOnlyMemory<byte> bytes)
    {
        await SendAsync(bytes);
        socket.Shutdown(SocketShutdown.Send);
        await Task.Delay(CloseGrace, time, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        context.Abort();
    }

    public async Task DripAsync(ReadOnlyMemory<byte> bytes, TimeSpan pause)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            await SendAsync(bytes.Slice(i, 1));
            await Task.Delay(pause, time, context.RequestAborted);
        }

        await SendAndCloseAsync(default);
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0)
                bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, context.RequestAborted)..];
        }
        catch (SocketException)
        {
            throw new OperationCanceledException("The client has disconnected.");
        }
    }
}
