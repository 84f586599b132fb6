using System.Buffers;
using System.Net.Sockets;
using System.Text.Json;

namespace Steelyard.Worker.Chromium;

/// <summary>
/// Our own CDP connection to the browser, one call at a time: messages are JSON that end with a NUL. Events are skipped, none is asked for.
/// After a call that failed or was cancelled it is of no more use.
/// </summary>
internal sealed class DevToolsPipe(Socket socket) : IDisposable
{
    private const int MaxMessageBytes = 4 * 1024 * 1024;

    private byte[] buffer = new byte[4096];
    private int end;
    private int lastId;

    /// <summary>Calls a method and returns its result. Throws <see cref="BrowserLostException"/> when the browser refuses or is gone.</summary>
    /// <param name="method">Such as <c>Page.navigate</c>.</param>
    /// <param name="parameters">JSON.</param>
    /// <param name="session">The attached target's session; null for the browser itself.</param>
    /// <param name="cancellationToken">The deadline.</param>
    public async Task<JsonElement> CallAsync(string method, string parameters, string? session, CancellationToken cancellationToken)
    {
        var id = ++lastId;
        try
        {
            await SendAsync(Write(id, method, parameters, session), cancellationToken);
            while (true)
            {
                var message = await ReceiveAsync(cancellationToken);
                if (!message.TryGetProperty("id", out var answered) || answered.GetInt32() != id)
                    continue;
                return message.TryGetProperty("result", out var result)
                    ? result
                    : throw new BrowserLostException($"the browser refused {method}: {message.GetRawText()}");
            }
        }
        catch (SocketException)
        {
            throw new BrowserLostException("the browser closed its debugging pipe");
        }
    }

    public void Dispose() => socket.Dispose();

    private static ReadOnlyMemory<byte> Write(int id, string method, string parameters, string? session)
    {
        var message = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(message))
        {
            json.WriteStartObject();
            json.WriteNumber("id"u8, id);
            json.WriteString("method"u8, method);
            if (session is not null)
                json.WriteString("sessionId"u8, session);
            json.WritePropertyName("params"u8);
            json.WriteRawValue(parameters);
            json.WriteEndObject();
        }

        message.Write("\0"u8);
        return message.WrittenMemory;
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancellationToken)..];
    }

    private async Task<JsonElement> ReceiveAsync(CancellationToken cancellationToken)
    {
        int length;
        while ((length = buffer.AsSpan(0, end).IndexOf((byte)0)) < 0)
        {
            if (end == MaxMessageBytes)
                throw new BrowserLostException("the browser sent a message without an end");
            if (end == buffer.Length)
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaxMessageBytes));
            var received = await socket.ReceiveAsync(buffer.AsMemory(end), SocketFlags.None, cancellationToken);
            if (received == 0)
                throw new BrowserLostException("the browser closed its debugging pipe");
            end += received;
        }

        try
        {
            using var document = JsonDocument.Parse(buffer.AsMemory(0, length));
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw new BrowserLostException("the browser sent what is not JSON");
        }
        finally
        {
            end -= length + 1;
            buffer.AsSpan(length + 1, end).CopyTo(buffer);
        }
    }
}
