using System.Net.Sockets;
using System.Text.Json;

namespace Steelyard.Worker.Chromium;

/// <summary>Cuts what a browser sends on its debugging pipe into messages.</summary>
internal sealed class DevToolsReader(Socket socket)
{
    private const int UsualBytes = 16 * 1024;
    private const int MaxMessageBytes = 64 * 1024 * 1024; // A screenshot of a long page.

    private byte[] buffer = new byte[UsualBytes];
    private int searched;
    private int end;

    /// <summary>The next message. Throws <see cref="BrowserLostException"/> at the end, <see cref="SocketException"/> or <see cref="JsonException"/>.</summary>
    public async Task<JsonElement> ReadAsync()
    {
        int length;
        while ((length = buffer.AsSpan(searched, end - searched).IndexOf((byte)0)) < 0)
        {
            searched = end;
            await FillAsync();
        }

        length += searched;
        using var document = JsonDocument.Parse(buffer.AsMemory(0, length));
        var message = document.RootElement.Clone();
        Drop(length + 1);
        return message;
    }

    private async Task FillAsync()
    {
        if (end == MaxMessageBytes)
            throw new BrowserLostException("the browser sent a message without an end");
        if (end == buffer.Length)
            Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaxMessageBytes));
        var received = await socket.ReceiveAsync(buffer.AsMemory(end), SocketFlags.None);
        if (received == 0)
            throw new BrowserLostException("the browser closed its debugging pipe");
        end += received;
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
