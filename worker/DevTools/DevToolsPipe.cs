using System.Buffers;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json;

namespace SteelBrowser.DevTools;

/// <summary>
/// The worker's own CDP connection to the browser. Messages are JSON and end with a NUL byte. Many calls can be in progress, up to a limit.
/// Once the browser has closed the pipe, every call fails.
/// </summary>
internal sealed class DevToolsPipe : IDisposable
{
    private const int MaxCalls = 1000;
    private const int BusyTries = 5;

    private readonly Socket socket;
    private readonly TimeProvider time;
    private readonly DevToolsReader reader;
    private readonly DevToolsSender sender;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> calls = new();
    private readonly Task receiving;
    private int lastId;

    public DevToolsPipe(Socket socket, TimeProvider time)
    {
        this.socket = socket;
        this.time = time;
        reader = new(socket, time);
        sender = new(socket, time);
        receiving = ReceiveAsync();
    }

    /// <summary>
    /// Raised for each event of an enabled domain. The only reader raises it, one message after the other: a handler must not block.
    /// </summary>
    public event Action<DevToolsEvent>? Received;

    /// <summary>True when nothing more will come from the browser.</summary>
    public bool IsClosed => receiving.IsCompleted;

    /// <summary>
    /// Calls a method and returns its result. Throws <see cref="DevToolsException"/> when the browser refuses or too many calls are in
    /// progress, <see cref="BrowserLostException"/> when the browser is gone, and <see cref="OperationCanceledException"/> at the deadline.
    /// </summary>
    /// <param name="method">The method, such as <c>Page.navigate</c>.</param>
    /// <param name="parameters">Its parameters, as JSON.</param>
    /// <param name="session">The CDP session of an attached target; null for the browser itself.</param>
    /// <param name="deadline">The deadline.</param>
    public Task<JsonElement> CallAsync(string method, string parameters, string? session, CancellationToken deadline) =>
        calls.Count < MaxCalls
            ? CallUnboundedAsync(method, parameters, session, deadline)
            : throw new DevToolsException(method, "too many calls are in progress");

    /// <summary>
    /// Returns when the browser has shown that it is alive. Throws <see cref="BrowserLostException"/> when, for as long as
    /// <paramref name="patience"/>, it has not answered and has neither sent nor accepted a byte. While it has calls to answer, it gets
    /// five times as long, because a large answer keeps it busy before the first byte.
    /// </summary>
    public async Task PingAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        for (var tries = 1; !await LivesAsync(patience, cancellationToken); tries++)
        {
            if (calls.IsEmpty || tries == BusyTries)
                throw new BrowserLostException($"the browser did not answer within {patience.TotalSeconds * tries} s");
        }
    }

    /// <summary>Sends a call without waiting for an answer. A call to a target that no longer exists does nothing.</summary>
    public void Post(string method, string parameters, string? session) =>
        _ = PostAsync(Write(Interlocked.Increment(ref lastId), method, parameters, session));

    public void Dispose() => socket.Dispose();

    private async Task<bool> LivesAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        using var timer = new CancellationTokenSource(patience, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            await CallUnboundedAsync("Browser.getVersion", "{}", null, deadline.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Math.Max(reader.LastReceived, sender.LastDrained) > asked;
        }
    }

    private async Task PostAsync(ReadOnlyMemory<byte> message)
    {
        try
        {
            await sender.SendAsync(message, CancellationToken.None);
        }
        catch (BrowserLostException)
        {
            // The watcher of the browser notices this as well, and ends the worker.
        }
    }

    private async Task<JsonElement> CallUnboundedAsync(string method, string parameters, string? session, CancellationToken deadline)
    {
        var id = Interlocked.Increment(ref lastId);
        var call = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        calls[id] = call;
        try
        {
            await sender.SendAsync(Write(id, method, parameters, session), deadline);

            // The call is registered before this check: either the reader fails it at its end, or the check sees that the reader has ended.
            if (receiving.IsCompleted)
                await receiving;
            var answer = await call.Task.WaitAsync(deadline);
            return answer.TryGetProperty("result", out var result) ? result : throw new DevToolsException(method, Refusal(answer));
        }
        finally
        {
            calls.TryRemove(id, out _);
        }
    }

    private static string Refusal(JsonElement answer) =>
        answer.TryGetProperty("error", out var error) && error.TryGetProperty("message", out var message)
            ? message.ToString()
            : answer.GetRawText();

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

    // Runs until the pipe closes, and always ends with an exception.
    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
                Dispatch(await reader.ReadAsync());
        }
        catch (Exception e)
        {
            var lost = e as BrowserLostException ?? new BrowserLostException($"the browser's debugging pipe broke: {e.Message}");
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

/// <summary>An event that the browser has sent.</summary>
/// <param name="Method">The name of the event, such as <c>Target.attachedToTarget</c>.</param>
/// <param name="Session">The CDP session of an attached target; null for the browser itself.</param>
/// <param name="Parameters">The parameters of the event.</param>
internal readonly record struct DevToolsEvent(string Method, string? Session, JsonElement Parameters);

/// <summary>The browser is alive and refuses a call, or too many calls are in progress.</summary>
internal sealed class DevToolsException(string method, string reason) : Exception($"the browser refused {method}: {reason}");
