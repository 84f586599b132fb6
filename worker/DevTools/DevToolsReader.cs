using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace SteelBrowser.DevTools;

/// <summary>
/// Cuts what a browser sends on its debugging pipe into messages. One that is too large is skipped: a page decides how large some answers
/// are, and must not be able to end its session by that.
/// </summary>
internal sealed class DevToolsReader(Socket socket, TimeProvider time)
{
    private const int UsualBytes = 16 * 1024;
    private const int MaxMessageBytes = 64 * 1024 * 1024; // A screenshot of a long page.
    private const int MaxDepth = 1000;

    private static readonly byte[] IdAtStart = "{\"id\":"u8.ToArray();

    private byte[] buffer = new byte[UsualBytes];
    private int searched;
    private int end;
    private long lastReceived;

    /// <summary>Timestamp of the last byte; 0 before the first.</summary>
    public long LastReceived => Volatile.Read(ref lastReceived);

    /// <summary>The next message. Throws <see cref="BrowserLostException"/> at the end, <see cref="SocketException"/> or <see cref="JsonException"/>.</summary>
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

    // What a call whose answer is skipped gets instead. The browser writes the id first; a message without one is an event, and nobody's.
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

    // One large message must not pin its memory for ever.
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
