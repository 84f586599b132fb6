using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>A client attached to a browser. It makes one call at a time and skips events.</summary>
internal sealed class DevToolsClient : IDisposable
{
    private readonly ClientWebSocket socket = new();
    private int lastId;

    private DevToolsClient()
    {
    }

    /// <param name="address">The address of the browser's WebSocket.</param>
    /// <param name="name">The name that the client sends; null to send none.</param>
    /// <param name="header">Another header of the request.</param>
    public static async Task<DevToolsClient> ConnectAsync(Uri address, string? name = null, (string Name, string Value)? header = null)
    {
        var client = new DevToolsClient();
        client.socket.Options.SetRequestHeader("User-Agent", name);
        if (header is { } more)
            client.socket.Options.SetRequestHeader(more.Name, more.Value);
        await client.socket.ConnectAsync(address, default);
        return client;
    }

    /// <summary>The node's reason for closing the connection; null while it is open.</summary>
    public string? CloseReason => socket.CloseStatusDescription;

    /// <summary>Sends a text as it is.</summary>
    public Task SendAsync(string message) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, endOfMessage: true, default);

    public async Task<JsonObject> CallAsync(string method, JsonObject? parameters = null, string? session = null)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var id = ++lastId;
        var call = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null)
            call["sessionId"] = session;
        await socket.SendAsync(Encoding.UTF8.GetBytes(call.ToJsonString()), WebSocketMessageType.Text, true, deadline.Token);
        while (true)
        {
            var message = JsonNode.Parse(await ReceiveAsync(deadline.Token))!.AsObject();
            if ((int?)message["id"] == id)
                return message["result"]?.AsObject() ?? throw new InvalidOperationException(message.ToJsonString());
        }
    }

    /// <summary>Attaches to the browser's first page and returns the CDP session id.</summary>
    public async Task<string> AttachToPageAsync()
    {
        var targets = (await CallAsync("Target.getTargets"))["targetInfos"]!.AsArray();
        var page = targets.First(target => (string?)target!["type"] == "page")!;
        var attached = await CallAsync("Target.attachToTarget", new() { ["targetId"] = (string)page["targetId"]!, ["flatten"] = true });
        return (string)attached["sessionId"]!;
    }

    /// <summary>Evaluates an expression, awaits its promise if it is one, and returns the value.</summary>
    public async Task<JsonNode?> EvaluateAsync(string session, string expression)
    {
        var result = await CallAsync(
            "Runtime.evaluate", new() { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true }, session);
        Assert.False(result.ContainsKey("exceptionDetails"), result.ToJsonString());
        return result["result"]!["value"];
    }

    /// <summary>Navigates to an address and returns when the page has loaded.</summary>
    public async Task GoAsync(string session, string url)
    {
        await CallAsync("Page.navigate", new() { ["url"] = url }, session);
        var loaded = $"location.href === '{url}' && document.readyState === 'complete'";
        await Eventually.IsTrueAsync(async () => (bool)(await EvaluateAsync(session, loaded))!, $"{url} has loaded");
    }

    /// <summary>The next event of this name; other messages are dropped.</summary>
    public async Task<JsonObject> EventAsync(string method)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var message = JsonNode.Parse(await ReceiveAsync(deadline.Token))!.AsObject();
            if ((string?)message["method"] == method)
                return message;
        }
    }

    /// <summary>Waits until the node closes the connection, and returns its reason.</summary>
    public async Task<string?> ClosedAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await Assert.ThrowsAsync<EndOfStreamException>(async () =>
        {
            while (true)
                await ReceiveAsync(deadline.Token);
        });
        return CloseReason;
    }

    public void Dispose() => socket.Dispose();

    private async Task<string> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        var buffer = new byte[1 << 16];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (part.MessageType == WebSocketMessageType.Close)
                throw new EndOfStreamException("the browser has closed the connection");
            text.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return Encoding.UTF8.GetString(text.ToArray());
    }
}
