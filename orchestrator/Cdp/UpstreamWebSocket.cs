using System.Net;
using System.Net.Sockets;
using System.Text;
using Steelyard.WorkerHttp;

namespace Steelyard.Cdp;

/// <summary>
/// A WebSocket to a browser's own DevTools port. It does the opening handshake (RFC 6455 §4) and treats everything after it as bytes.
/// </summary>
public sealed class UpstreamWebSocket : IDisposable
{
    private const int MaxHeadBytes = 16 * 1024;

    // Extensions are not offered: compressed messages could not be read (ClientMessages), and cost the browser processor time.
    private static readonly string[] PassedToBrowser = ["Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol"];

    private readonly byte[] buffer = new byte[MaxHeadBytes];
    private int headLength;
    private int received;

    private UpstreamWebSocket()
    {
    }

    public Socket Socket { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    /// <summary>Status of the browser's answer: 101 when the socket is open.</summary>
    public int Status { get; private set; }

    /// <summary>Headers of the browser's answer, by name in any case.</summary>
    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Bytes that the browser has already sent after its answer.</summary>
    public ReadOnlyMemory<byte> Early => buffer.AsMemory(headLength, received - headLength);

    /// <summary>
    /// Connects to a port of the loopback address. The handshake uses the client's own key, so that the browser's answer is valid for the
    /// client. The Origin header is never passed on, because Chromium refuses it. Throws <see cref="SocketException"/>,
    /// <see cref="IOException"/> or <see cref="OperationCanceledException"/>.
    /// </summary>
    public static async Task<UpstreamWebSocket> OpenAsync(
        int port, string path, IHeaderDictionary client, CancellationToken cancellationToken)
    {
        var opened = new UpstreamWebSocket();
        try
        {
            await opened.Socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            await opened.SendRequestAsync(port, path, client, cancellationToken);
            await opened.ReadAnswerAsync(cancellationToken);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public void Dispose() => Socket.Dispose();

    private async Task SendRequestAsync(int port, string path, IHeaderDictionary client, CancellationToken cancellationToken)
    {
        var request = new StringBuilder()
            .Append("GET ").Append(HeadText.Escape(path)).Append(" HTTP/1.1\r\nHost: 127.0.0.1:").Append(port)
            .Append("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n");
        foreach (var name in PassedToBrowser)
        {
            if (client[name] is { Count: > 0 } value)
                request.Append(name).Append(": ").Append(value.ToString()).Append("\r\n");
        }

        ReadOnlyMemory<byte> bytes = Encoding.ASCII.GetBytes(request.Append("\r\n").ToString());
        while (bytes.Length > 0)
            bytes = bytes[await Socket.SendAsync(bytes, cancellationToken)..];
    }

    private async Task ReadAnswerAsync(CancellationToken cancellationToken)
    {
        int end;
        while ((end = buffer.AsSpan(0, received).IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (received == buffer.Length)
                throw new IOException("its answer to the upgrade is longer than 16 KiB");
            var count = await Socket.ReceiveAsync(buffer.AsMemory(received), cancellationToken);
            if (count == 0)
                throw new IOException("it closed the connection instead of answering the upgrade");
            received += count;
        }

        headLength = end + 4;
        var lines = Encoding.ASCII.GetString(buffer, 0, end).Split("\r\n");
        if (!lines[0].StartsWith("HTTP/1.1 ", StringComparison.Ordinal)
            || lines[0].Length < 12
            || !int.TryParse(lines[0].AsSpan(9, 3), out var status))
            throw new IOException("its answer to the upgrade is not HTTP");
        Status = status;
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (line.AsSpan().ContainsAnyInRange('\0', '\x1f') || line.Contains('\x7f', StringComparison.Ordinal))
                throw new IOException("its answer to the upgrade has control characters in a header");
            if (colon > 0)
                Headers[line[..colon]] = line[(colon + 1)..].Trim();
        }
    }
}
