using System.Text.Json;

namespace SteelBrowser.DevTools;

/// <summary>
/// The worker's own CDP session with one page. Clients that are attached to the same page do not notice it. Every call throws
/// <see cref="DevToolsException"/> when the browser refuses, <see cref="BrowserLostException"/> when it is gone, and
/// <see cref="OperationCanceledException"/> at the deadline.
/// </summary>
internal sealed class PageSession : IDisposable
{
    private readonly DevToolsPipe pipe;
    private readonly string? parent;
    private string? world;

    private PageSession(DevToolsPipe pipe, string target, string? parent, string id)
    {
        this.pipe = pipe;
        Target = target;
        this.parent = parent;
        Id = id;
    }

    /// <summary>CDP's id of this session.</summary>
    public string Id { get; }

    /// <summary>Target id of the page.</summary>
    public string Target { get; }

    /// <param name="pipe">The connection to the browser.</param>
    /// <param name="target">Target id of the page.</param>
    /// <param name="deadline">The deadline.</param>
    /// <param name="parent">A CDP session with the browser that ends this session when it ends; null for none.</param>
    public static async Task<PageSession> AttachAsync(DevToolsPipe pipe, string target, CancellationToken deadline, string? parent = null)
    {
        var attached = await pipe.CallAsync(
            "Target.attachToTarget", $$"""{"targetId":{{Literal(target)}},"flatten":true}""", parent, deadline);
        return new(pipe, target, parent, attached.GetProperty("sessionId").GetString() ?? "");
    }

    public Task<JsonElement> CallAsync(string method, string parameters, CancellationToken deadline) =>
        pipe.CallAsync(method, parameters, Id, deadline);

    /// <summary>Makes a call that must be sent even after the deadline: then it is sent without waiting for the answer.</summary>
    public async Task CallAnywayAsync(string method, string parameters, CancellationToken deadline)
    {
        if (deadline.IsCancellationRequested)
            Post(method, parameters);
        else
            await CallAsync(method, parameters, deadline);
    }

    /// <summary>Sends a call without waiting for its answer.</summary>
    public void Post(string method, string parameters) => pipe.Post(method, parameters, Id);

    /// <summary>
    /// Passes this session's events, as method and parameters, to a handler until the result is disposed. The handler must not block.
    /// </summary>
    public IDisposable Listen(Action<string, JsonElement> handler) => new Subscription(pipe, Id, handler);

    /// <summary>
    /// Whether the page's main thread answers within this time. It does not while a script runs without a break or a dialog is open. A page
    /// that has just navigated or closed counts as one that answers.
    /// </summary>
    public async Task<bool> RespondsAsync(TimeSpan within, TimeProvider time, CancellationToken deadline)
    {
        using var timer = new CancellationTokenSource(within, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, deadline);
        try
        {
            await CallAsync("Runtime.evaluate", """{"expression":"0"}""", limit.Token);
            return true;
        }
        catch (DevToolsException)
        {
            return true;
        }
        catch (OperationCanceledException) when (!deadline.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>
    /// Returns the value of an expression, which may be a promise. The page cannot see the expression, and cannot change the functions that
    /// it calls. Throws <see cref="ScriptException"/> when the expression fails.
    /// </summary>
    /// <param name="expression">JavaScript; its value must be JSON.</param>
    /// <param name="deadline">The deadline.</param>
    /// <param name="frame">The frame; null for the page itself.</param>
    /// <param name="within">Time after which the browser ends the script; null for no limit.</param>
    public async Task<JsonElement> EvaluateAsync(
        string expression, CancellationToken deadline, string? frame = null, TimeSpan? within = null)
    {
        var own = frame is null;
        var context = own ? world : null;
        if (context is null)
        {
            var created = await CallAsync(
                "Page.createIsolatedWorld", $$"""{"frameId":"{{frame ?? Target}}","worldName":"steel-browser"}""", deadline);
            context = created.GetProperty("executionContextId").GetRawText();
            world = own ? context : world;
        }

        var limit = within is { } most ? $",\"timeout\":{(long)most.TotalMilliseconds}" : "";
        var result = await CallAsync(
            "Runtime.evaluate",
            $$"""{"expression":{{Literal(expression)}},"contextId":{{context}},"returnByValue":true,"awaitPromise":true{{limit}}}""",
            deadline);
        if (result.TryGetProperty("exceptionDetails", out var details))
            throw new ScriptException($"a script failed in the page: {Describe(details)}");
        return result.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    /// <summary>Encodes a text as a JSON string, including the quotes.</summary>
    public static string Literal(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    public void Dispose() => pipe.Post("Target.detachFromTarget", $$"""{"sessionId":"{{Id}}"}""", parent);

    /// <summary>Another document has replaced the one that scripts ran in.</summary>
    public void Renew() => world = null;

    private static string Describe(JsonElement details) =>
        details.TryGetProperty("exception", out var exception) && exception.TryGetProperty("description", out var text)
            ? text.ToString().Split('\n')[0] // The other lines are the stack.
            : details.GetProperty("text").ToString();

    private sealed class Subscription : IDisposable
    {
        private readonly DevToolsPipe pipe;
        private readonly string session;
        private readonly Action<string, JsonElement> handler;

        public Subscription(DevToolsPipe pipe, string session, Action<string, JsonElement> handler)
        {
            (this.pipe, this.session, this.handler) = (pipe, session, handler);
            pipe.Received += OnReceived;
        }

        public void Dispose() => pipe.Received -= OnReceived;

        private void OnReceived(DevToolsEvent received)
        {
            if (received.Session == session)
                handler(received.Method, received.Parameters);
        }
    }
}

/// <summary>One of the worker's own scripts failed in the page.</summary>
internal sealed class ScriptException(string message) : Exception(message);
