using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>A client that watches a session over a plain WebSocket.</summary>
internal sealed class LiveViewer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly ClientWebSocket socket = new();

    public static async Task<LiveViewer> ConnectAsync(Uri address)
    {
        var viewer = new LiveViewer();
        using var deadline = new CancellationTokenSource(Patience);
        await viewer.socket.ConnectAsync(address, deadline.Token);
        return viewer;
    }

    /// <summary>The next frame; earlier messages are dropped.</summary>
    public async Task<byte[]> FrameAsync()
    {
        while (true)
        {
            var (type, bytes) = await ReceiveAsync();
            if (type == WebSocketMessageType.Binary)
                return bytes;
        }
    }

    /// <summary>The next message of this type for which the condition holds; earlier messages are dropped.</summary>
    public async Task<JsonObject> MessageAsync(string type, Func<JsonObject, bool>? condition = null)
    {
        while (true)
        {
            var (kind, bytes) = await ReceiveAsync();
            if (kind != WebSocketMessageType.Text)
                continue;
            var message = JsonNode.Parse(bytes)!.AsObject();
            if ((string?)message["type"] == type && condition?.Invoke(message) != false)
                return message;
        }
    }

    /// <summary>The active tab, once there are this many tabs and the condition holds for the active one.</summary>
    public async Task<string> ActiveOfAsync(int count, Func<string, bool>? condition = null)
    {
        var message = await MessageAsync(
            "tabs", tabs => tabs["tabs"]!.AsArray().Count == count && Active(tabs) is { } id && condition?.Invoke(id) != false);
        return Active(message)!;

        static string? Active(JsonObject message) =>
            (string?)message["tabs"]!.AsArray().SingleOrDefault(tab => (bool)tab!["active"]!)?["id"];
    }

    public Task TitleAsync(string title) =>
        MessageAsync("tabs", message => message["tabs"]!.AsArray().Any(tab => (string?)tab!["title"] == title));

    public async Task SendAsync(string message)
    {
        using var deadline = new CancellationTokenSource(Patience);
        await socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, deadline.Token);
    }

    public async Task OpenAsync(string html) =>
        await SendAsync($$"""{"type":"navigate","url":"data:text/html,{{Uri.EscapeDataString(html)}}"}""");

    /// <summary>Reads until the other side closes the connection, and returns the close status.</summary>
    public async Task<(WebSocketCloseStatus? Code, string? Reason)> ClosedAsync()
    {
        while (socket.State == WebSocketState.Open)
            await ReceiveAsync();
        return (socket.CloseStatus, socket.CloseStatusDescription);
    }

    public async Task LeaveAsync()
    {
        using var deadline = new CancellationTokenSource(Patience);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, deadline.Token);
    }

    public void Dispose() => socket.Dispose();

    private async Task<(WebSocketMessageType Type, byte[] Bytes)> ReceiveAsync()
    {
        using var deadline = new CancellationTokenSource(Patience);
        using var message = new MemoryStream();
        var buffer = new byte[1 << 16];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(), deadline.Token);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return (part.MessageType, message.ToArray());
    }
}
