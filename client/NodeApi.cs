using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Steelyard.Client;

/// <summary>
/// Calls of the node's API with one key, so that the node decides what its holder sees. Methods throw <see cref="NodeException"/> with
/// words for people, and <see cref="OperationCanceledException"/>.
/// </summary>
/// <param name="http">Calls the node.</param>
/// <param name="node">The node of the cluster that answers what one node answers for itself; null for the one that is called.</param>
internal sealed class NodeApi(HttpClient http, string? node = null)
{
    // The node writes something every 15 s.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);

    /// <summary>How the node writes JSON.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public Task<NodeStatus> StatusAsync(CancellationToken cancellationToken) => GetAsync<NodeStatus>(Of("/status"), cancellationToken);

    public Task<Readiness> ReadinessAsync(CancellationToken cancellationToken) => GetAsync<Readiness>(Of("/readyz"), cancellationToken);

    public Task<LiveSessions> SessionsAsync(CancellationToken cancellationToken) => GetAsync<LiveSessions>("/sessions", cancellationToken);

    public Task<NodeWorkers> WorkersAsync(CancellationToken cancellationToken) =>
        GetAsync<NodeWorkers>(Of("/workers"), cancellationToken);

    public Task<Series> SeriesAsync(CancellationToken cancellationToken) => GetAsync<Series>(Of("/series"), cancellationToken);

    public Task<ClusterNodes> NodesAsync(CancellationToken cancellationToken) => GetAsync<ClusterNodes>("/nodes", cancellationToken);

    /// <summary>Lets a node end when its sessions have ended.</summary>
    public Task DrainAsync(string name, CancellationToken cancellationToken = default) =>
        CallAsync(HttpMethod.Delete, $"/nodes/{Uri.EscapeDataString(name)}", null, cancellationToken);

    /// <summary>The same calls; where a node answers for itself, that is the one with this name. Null is the one that is called.</summary>
    public NodeApi At(string? name) => new(http, name);

    /// <summary>The path of what one node answers for itself, or of a list that is then its own.</summary>
    public string Of(string path) => node is null
        ? path
        : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}node={Uri.EscapeDataString(node)}";

    /// <summary>Returns a page of the sessions that have ended, the newest first.</summary>
    /// <param name="query">See <c>GET /history</c>.</param>
    /// <param name="cancellationToken">Nobody waits for it any more.</param>
    public Task<EndedSessions> HistoryAsync(string query, CancellationToken cancellationToken = default) =>
        GetAsync<EndedSessions>($"/history?{query}", cancellationToken);

    /// <summary>Returns how a session has ended; null when it has not, or is forgotten.</summary>
    public async Task<EndedSession?> EndOfAsync(string session)
    {
        try
        {
            return (await GetAsync<EndedSessions>($"/sessions/{session}/history", default)).History[0];
        }
        catch (NodeException e) when (e.Status == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public Task<RecordingPage> RecordingAsync(string session, string? after, CancellationToken cancellationToken = default) =>
        GetAsync<RecordingPage>($"/sessions/{session}/events?after={Uri.EscapeDataString(after ?? "")}", cancellationToken);

    /// <summary>What a session's browser shows. The question keeps the session alive.</summary>
    public Task<IReadOnlyList<BrowserPage>> PagesAsync(string session) =>
        GetAsync<IReadOnlyList<BrowserPage>>($"/sessions/{session}/json/list", default);

    /// <summary>A picture of a recording. The caller disposes the response, whatever its status.</summary>
    public Task<HttpResponseMessage> FrameAsync(string session, string part, string file) =>
        SendAsync(new(HttpMethod.Get, $"/sessions/{session}/frames/{Uri.EscapeDataString(part)}/{Uri.EscapeDataString(file)}"), default);

    public Task<string> WorkerLogAsync(string worker) => CallAsync(HttpMethod.Get, Of($"/workers/{worker}/log"));

    public Task ReleaseAsync(string session) => CallAsync(HttpMethod.Delete, $"/sessions/{session}");

    public Task DeleteRecordingAsync(string session) => CallAsync(HttpMethod.Delete, $"/sessions/{session}/events");

    public Task StopWorkerAsync(string worker) => CallAsync(HttpMethod.Delete, Of($"/workers/{worker}"));

    /// <summary>A page of the node's events.</summary>
    /// <param name="after">The next of the page before; empty for the start.</param>
    /// <param name="cancellationToken">Nobody waits for it any more.</param>
    public Task<EventPage> EventPageAsync(string after, CancellationToken cancellationToken) =>
        GetAsync<EventPage>(Of($"/events?after={Uri.EscapeDataString(after)}"), cancellationToken);

    /// <summary>Follows the node's events until it is cancelled or the node ends the stream.</summary>
    public async IAsyncEnumerable<NodeEvent> EventsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Of("/events")) { Headers = { { "Accept", "text/event-stream" } } };
        using var response = await SendAsync(request, cancellationToken);
        await CheckAsync(response, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var items = SseParser.Create(stream).EnumerateAsync(silence.Token).GetAsyncEnumerator(silence.Token);
        while (await NextAsync(items, silence, cancellationToken))
        {
            if (items.Current.Data.Length > 0 && Parse<NodeEvent>(items.Current.Data) is { Id.Length: > 0 } e)
                yield return e;
        }
    }

    private static async Task<bool> NextAsync(
        IAsyncEnumerator<SseItem<string>> items, CancellationTokenSource silence, CancellationToken cancellationToken)
    {
        silence.CancelAfter(LongestSilence);
        try
        {
            return await items.MoveNextAsync();
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new NodeException($"The node's stream of events was cut: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NodeException($"The node's stream of events was silent for {LongestSilence.TotalSeconds} s.");
        }
    }

    /// <summary>Sends a request, and returns the body of the answer, as the node wrote it.</summary>
    /// <param name="method">The verb.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="json">The body, as JSON; null for none.</param>
    /// <param name="cancellationToken">Nobody waits for it any more.</param>
    public async Task<string> CallAsync(HttpMethod method, string path, string? json = null, CancellationToken cancellationToken = default)
    {
        // The client's timeout ends at the head of an answer.
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(http.Timeout);
        using var body = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await SendAsync(new(method, path) { Content = body }, cancellationToken);

        // A node that is not ready says so with 503 and the same body.
        try
        {
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable || path != Of("/readyz") || IsProblem(response))
                await CheckAsync(response, deadline.Token);
            return await TextAsync(response, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NodeException($"The node's answer did not end within {http.Timeout.TotalSeconds} s.");
        }
    }

    /// <summary>Reads an answer of <see cref="CallAsync"/>.</summary>
    public static T Parse<T>(string body)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(body, Json) ?? throw new NodeException("The node's answer is empty.");
        }
        catch (JsonException e)
        {
            throw new NodeException($"The node's answer cannot be read: {e.Message}");
        }
    }

    private async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        Parse<T>(await CallAsync(HttpMethod.Get, path, null, cancellationToken));

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new NodeException($"The node does not answer: {e.Message}");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NodeException($"The node did not answer within {http.Timeout.TotalSeconds} s.");
        }
    }

    private static async Task<string> TextAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new NodeException($"The node's answer cannot be read: {e.Message}");
        }
    }

    private static bool IsProblem(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType == "application/problem+json";

    private static async Task CheckAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
            return;
        var problem = response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true
            ? Parse<JsonElement>(await TextAsync(response, cancellationToken))
            : default;
        throw new NodeException(
            problem.ValueKind == JsonValueKind.Object && problem.TryGetProperty("detail", out var detail)
                ? detail.ToString()
                : $"The node answered {(int)response.StatusCode}.")
        { Status = (int)response.StatusCode };
    }
}

/// <summary>The node refuses a call, or does not answer. The message is for people.</summary>
internal sealed class NodeException(string message) : Exception(message)
{
    /// <summary>The status of a refusal; null when there was no answer, or none that can be read.</summary>
    public int? Status { get; init; }
}
