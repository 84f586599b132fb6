using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace SteelBrowser.DevTools;

/// <summary>
/// Splits what a browser sends on its debugging pipe into messages. A message that is too large is skipped: pages determine the size of
/// some answers and must not be able to end their session with it.
/// </summary>
internal sealed class DevToolsReader(Socket socket, TimeProvider time)
{
    private const int UsualBytes = 16 * 1024;
    private const int MaxMessageBytes = 64 * 1024 * 1024; // Enough for a screenshot of a long page.
    private const int MaxDepth = 1000;

    private static readonly byte[] IdAtStart = "{\"id\":"u8.ToArray();

    private byte[] buffer = new byte[UsualBytes];
    private int searched;
    private int end;
    private long lastReceived;

    /// <summary>Timestamp of the last received byte; 0 before the first.</summary>
    public long LastReceived => Volatile.Read(ref lastReceived);

    /// <summary>
    /// Returns the next message. Throws <see cref="BrowserLostException"/> when the browser has closed the pipe,
    /// <see cref="SocketException"/> when the pipe fails, and <see cref="JsonException"/> when the message is not JSON.
    /// </summary>
    public async Task<JsonElement> ReadAsync()
    {
        byte[]? tooLarge = null;
        int length;
        while ((length = buffer.AsSpan(searched, end - searched).IndexOf((byte)0)) < 0)
        {
            searched = end;
            if (end == MaxMessageBytes)
            {
                tooLarge ??= Refusal(buffer);
                searched = end = 0;
            }

            await FillAsync();
        }

        length += searched;
        using var document = JsonDocument.Parse(tooLarge ?? buffer.AsMemory(0, length), new() { MaxDepth = MaxDepth });
        var message = document.RootElement.Clone();
        Drop(length + 1);
        return message;
    }

    // The answer that a call gets instead of a skipped one. The browser writes the id first. A message without an id is an event, and no
    // call waits for it.
    private static byte[] Refusal(ReadOnlySpan<byte> start) =>
        start.StartsWith(IdAtStart) && Utf8Parser.TryParse(start[IdAtStart.Length..], out int id, out _)
            ? Encoding.ASCII.GetBytes($$$"""{"id":{{{id}}},"error":{"message":"the answer is larger than {{{MaxMessageBytes}}} bytes"}}""")
            : [.. "{}"u8];

    private async Task FillAsync()
    {
        if (end == buffer.Length)
            Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaxMessageBytes));
        var received = await socket.ReceiveAsync(buffer.AsMemory(end), SocketFlags.None);
        if (received == 0)
            throw new BrowserLostException("the browser closed its debugging pipe");
        end += received;
        Volatile.Write(ref lastReceived, time.GetTimestamp());
    }

    // One large message must not keep its memory allocated forever.
    private void Drop(int bytes)
    {
        var rest = buffer.AsSpan(bytes, end - bytes);
        end = rest.Length;
        searched = 0;
        if (buffer.Length > UsualBytes && end <= UsualBytes)
        {
            var small = new byte[UsualBytes];
            rest.CopyTo(small);
            buffer = small;
        }
        else
        {
            rest.CopyTo(buffer);
        }
    }
}
