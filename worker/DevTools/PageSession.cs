using System.Text.Json;

namespace SteelBrowser.DevTools;

/// <summary>
/// Our own hold on one page, beside whatever clients have attached to it; they do not notice. Everything throws
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

    /// <summary>CDP's id of it.</summary>
    public string Id { get; }

    /// <param name="pipe">To the browser.</param>
    /// <param name="target">The page.</param>
    /// <param name="deadline">The deadline.</param>
    /// <param name="parent">A CDP session with the browser, with which this one ends; null for none.</param>
    public static async Task<PageSession> AttachAsync(DevToolsPipe pipe, string target, CancellationToken deadline, string? parent = null)
    {
        var attached = await pipe.CallAsync("Target.attachToTarget", $$"""{"targetId":{{Literal(target)}},"flatten":true}""", parent, deadline);
        return new(pipe, target, parent, attached.GetProperty("sessionId").GetString() ?? "");
    }

    public Task<JsonElement> CallAsync(string method, string parameters, CancellationToken deadline) => pipe.CallAsync(method, parameters, Id, deadline);

    /// <summary>Calls what must be called even when the deadline has passed: then it is sent, and nobody waits.</summary>
    public async Task CallAnywayAsync(string method, string parameters, CancellationToken deadline)
    {
        if (deadline.IsCancellationRequested)
            pipe.Post(method, parameters, Id);
        else
            await CallAsync(method, parameters, deadline);
    }

    /// <summary>
    /// Goes to an address and returns when the page there has loaded. Throws <see cref="NavigationException"/> when it cannot be reached.
    /// </summary>
    public async Task NavigateAsync(string url, CancellationToken deadline)
    {
        var tree = (await CallAsync("Page.getFrameTree", "{}", deadline)).GetProperty("frameTree");
        var before = tree.GetProperty("frame").GetProperty("loaderId").GetString();
        var loaded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // Of any document after the present one: a page may send us on before it has loaded.
        void OnReceived(DevToolsEvent received)
        {
            if (received.Method == "Page.lifecycleEvent" && received.Session == Id && received.Parameters.GetProperty("name").ValueEquals("load"u8)
                && received.Parameters.GetProperty("frameId").ValueEquals(target) && !received.Parameters.GetProperty("loaderId").ValueEquals(before))
                loaded.TrySetResult();
        }

        pipe.Received += OnReceived;
        try
        {
            await CallAsync("Page.enable", "{}", deadline);
            await CallAsync("Page.setLifecycleEventsEnabled", """{"enabled":true}""", deadline);
            var result = await CallAsync("Page.navigate", $$"""{"url":{{Literal(url)}}}""", deadline);
            if (result.TryGetProperty("errorText", out var error))
                throw new NavigationException($"cannot go to {url}: {error}");
            if (result.TryGetProperty("loaderId", out _))
                await loaded.Task.WaitAsync(deadline);
        }
        finally
        {
            pipe.Received -= OnReceived;
            world = null;
        }
    }

    /// <summary>The value of an expression, which may be a promise. The page sees neither it nor can it change what it calls.</summary>
    /// <param name="expression">JavaScript; its value must be JSON.</param>
    /// <param name="deadline">The deadline.</param>
    /// <param name="frame">Null for the page itself.</param>
    /// <param name="within">The browser ends a script that runs longer; null for as long as it takes.</param>
    public async Task<JsonElement> EvaluateAsync(string expression, CancellationToken deadline, string? frame = null, TimeSpan? within = null)
    {
        var own = frame is null;
        var context = own ? world : null;
        if (context is null)
        {
            var created = await CallAsync("Page.createIsolatedWorld", $$"""{"frameId":"{{frame ?? target}}","worldName":"steel-browser"}""", deadline);
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

    /// <summary>A text as a JSON string, quotes included.</summary>
    public static string Literal(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    public void Dispose() => pipe.Post("Target.detachFromTarget", $$"""{"sessionId":"{{Id}}"}""", parent);

    private static JsonElement Describe(JsonElement details) =>
        details.TryGetProperty("exception", out var exception) && exception.TryGetProperty("description", out var text) ? text : details.GetProperty("text");
}

/// <summary>A page cannot be reached; the message says why.</summary>
internal sealed class NavigationException(string message) : Exception(message);

/// <summary>A script of ours failed in the page.</summary>
internal sealed class ScriptException(string message) : Exception(message);
