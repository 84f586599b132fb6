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
    private readonly string target;
    private readonly string? parent;
    private string? world;

    private PageSession(DevToolsPipe pipe, string target, string? parent, string id)
    {
        this.pipe = pipe;
        this.target = target;
        this.parent = parent;
        Id = id;
    }

    /// <summary>CDP's id of this session.</summary>
    public string Id { get; }

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
            pipe.Post(method, parameters, Id);
        else
            await CallAsync(method, parameters, deadline);
    }

    /// <summary>
    /// Navigates to an address and returns when the page has loaded. Throws <see cref="NavigationException"/> when the address cannot be
    /// reached.
    /// </summary>
    public async Task NavigateAsync(string url, CancellationToken deadline)
    {
        var tree = (await CallAsync("Page.getFrameTree", "{}", deadline)).GetProperty("frameTree");
        var before = tree.GetProperty("frame").GetProperty("loaderId").GetString();
        var loaded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // The load event of any document after the current one counts: a page may redirect before it has loaded.
        void OnReceived(DevToolsEvent received)
        {
            if (received.Method == "Page.lifecycleEvent"
                && received.Session == Id
                && received.Parameters.GetProperty("name").ValueEquals("load"u8)
                && received.Parameters.GetProperty("frameId").ValueEquals(target)
                && !received.Parameters.GetProperty("loaderId").ValueEquals(before))
                loaded.TrySetResult();
        }

        pipe.Received += OnReceived;
        try
        {
            await CallAsync("Page.enable", "{}", deadline);
            await CallAsync("Page.setLifecycleEventsEnabled", """{"enabled":true}""", deadline);
            var result = await CallAsync("Page.navigate", $$"""{"url":{{Literal(url)}}}""", deadline);
            if (result.TryGetProperty("errorText", out var error))
                throw new NavigationException($"cannot navigate to {url}: {error}");
            if (result.TryGetProperty("loaderId", out _))
                await loaded.Task.WaitAsync(deadline);
        }
        finally
        {
            pipe.Received -= OnReceived;
            world = null;
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
                "Page.createIsolatedWorld", $$"""{"frameId":"{{frame ?? target}}","worldName":"steel-browser"}""", deadline);
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

    private static JsonElement Describe(JsonElement details) =>
        details.TryGetProperty("exception", out var exception) && exception.TryGetProperty("description", out var text)
            ? text
            : details.GetProperty("text");
}

/// <summary>A page cannot be reached; the message says why.</summary>
internal sealed class NavigationException(string message) : Exception(message);

/// <summary>One of the worker's own scripts failed in the page.</summary>
internal sealed class ScriptException(string message) : Exception(message);
