using System.Buffers;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json;

namespace Steelyard.Worker.Chromium;

/// <summary>
/// Our own CDP connection to the browser: messages are JSON that end with a NUL. Any number of calls may be under way, up to a bound. Once the
/// browser has closed it, every call fails.
/// </summary>
internal sealed class DevToolsPipe : IDisposable
{
    private const int MaxCalls = 1000;

    private readonly Socket socket;
    private readonly DevToolsReader reader;
    private readonly SemaphoreSlim sending = new(1);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> calls = new();
    private readonly Task receiving;
    private int lastId;

    public DevToolsPipe(Socket socket)
    {
        this.socket = socket;
        reader = new(socket);
        receiving = ReceiveAsync();
    }

    /// <summary>An event of a domain that somebody has enabled. Called by the one reader, message after message: a handler must not block.</summary>
    public event Action<DevToolsEvent>? Received;

    /// <summary>
    /// Calls a method and returns its result. Throws <see cref="DevToolsException"/> when the browser refuses, <see cref="BrowserLostException"/> when
    /// it is gone, and <see cref="OperationCanceledException"/> at the deadline.
    /// </summary>
    /// <param name="method">Such as <c>Page.navigate</c>.</param>
    /// <param name="parameters">JSON.</param>
    /// <param name="session">The attached target's session; null for the browser itself.</param>
    /// <param name="deadline">The deadline.</param>
    public async Task<JsonElement> CallAsync(string method, string parameters, string? session, CancellationToken deadline)
    {
        var id = Interlocked.Increment(ref lastId);
        var call = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (calls.Count >= MaxCalls)
            throw new DevToolsException(method, "too many calls are under way");
        calls[id] = call;
        try
        {
            await SendAsync(Write(id, method, parameters, session), deadline);

            // Registered first and checked after: either the reader's end finds our call, or we find its end.
            if (receiving.IsCompleted)
                await receiving;
            var answer = await call.Task.WaitAsync(deadline);
            return answer.TryGetProperty("result", out var result) ? result : throw new DevToolsException(method, Refusal(answer));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new BrowserLostException("the browser closed its debugging pipe");
        }
        finally
        {
            calls.TryRemove(id, out _);
        }
    }

    public void Dispose() => socket.Dispose();

    private static string Refusal(JsonElement answer) =>
        answer.TryGetProperty("error", out var error) && error.TryGetProperty("message", out var message) ? message.ToString() : answer.GetRawText();

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

    // Once begun, a message is sent whole: half of one would garble all that follow.
    private async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken deadline)
    {
        await sending.WaitAsync(deadline);
        try
        {
            while (bytes.Length > 0)
                bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, CancellationToken.None)..];
        }
        finally
        {
            sending.Release();
        }
    }

    // Ends with the pipe, always by an exception.
    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
                Dispatch(await reader.ReadAsync());
        }
        catch (Exception e)
        {
            var lost = e as BrowserLostException ?? new BrowserLostException($"its debugging pipe broke: {e.Message}");
            foreach (var call in calls.Values)
                call.TrySetException(lost);
            throw lost;
        }
    }

    private void Dispatch(JsonElement message)
    {
        if (message.TryGetProperty("id", out var id))
        {
            if (calls.TryGetValue(id.GetInt32(), out var call))
                call.TrySetResult(message);
        }
        else if (message.TryGetProperty("method", out var method) && message.TryGetProperty("params", out var parameters))
        {
            var session = message.TryGetProperty("sessionId", out var of) ? of.GetString() : null;
            Received?.Invoke(new(method.GetString() ?? "", session, parameters));
        }
    }
}

/// <summary>What the browser tells without being asked.</summary>
/// <param name="Method">Such as <c>Target.attachedToTarget</c>.</param>
/// <param name="Session">The attached target's session; null for the browser itself.</param>
/// <param name="Parameters">Its parameters.</param>
internal readonly record struct DevToolsEvent(string Method, string? Session, JsonElement Parameters);

/// <summary>The browser lives and refuses a call.</summary>
internal sealed class DevToolsException(string method, string reason) : Exception($"the browser refused {method}: {reason}");
