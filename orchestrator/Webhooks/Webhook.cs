using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Steelyard.Events;
using Steelyard.Settings;

namespace Steelyard.Webhooks;

/// <summary>
/// Posts the node's events to a URL, many in one request, in order. A request that fails is repeated. Meanwhile the events wait in the
/// ring; those that fall out of it are counted in the next request as missed.
/// </summary>
/// <param name="ring">The events.</param>
/// <param name="url">Where they are posted.</param>
/// <param name="secret">Signs each request; empty for no signature.</param>
/// <param name="options">Which events, and how long they are repeated.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class Webhook(
    EventRing ring, Uri url, byte[] secret, Options options, TimeProvider time, ILogger<Webhook> logger) : IDisposable
{
    /// <summary>
    /// <c>t=SECONDS,v1=HEX</c>: the time of the request, and the HMAC-SHA256 of <c>SECONDS.BODY</c>, so that nobody can send it again
    /// later.
    /// </summary>
    public const string Signature = "Steelyard-Signature";

    private const int BatchSize = 100;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        Timeout = System.Threading.Timeout.InfiniteTimeSpan, // The clock of the node decides.
    };

    private long from; // Number of the next event.
    private long missed;

    public void Dispose() => http.Dispose();

    /// <summary>
    /// Runs until it is cancelled, and then throws <see cref="OperationCanceledException"/>. What has happened by then is posted once more,
    /// within a second.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await ring.WhenAsync(from).WaitAsync(cancellationToken);
                if (Next() is { } events)
                    await DeliverAsync(events, cancellationToken);
            }
        }
        finally
        {
            using var last = new CancellationTokenSource(LastTime, time);
            if (Next() is { } events)
                await TryPostAsync(JsonSerializer.SerializeToUtf8Bytes(events, EventJson.Default.EventListReply), last.Token);
        }
    }

    // The next events that are chosen; null when there are none.
    private EventListReply? Next()
    {
        var (events, lost) = ring.Read(from, BatchSize);
        missed += lost;
        if (events.Count == 0)
            return null;
        from = events[^1].Number + 1;
        var chosen = events.Select(dated => EventReply.From(ring.Run, dated)).Where(IsChosen).ToList();
        if (chosen.Count == 0)
            return null;
        var reply = new EventListReply(chosen, chosen[^1].Id, missed);
        missed = 0;
        return reply;
    }

    // Repeats it until the receiver takes it or the time is over.
    private async Task DeliverAsync(EventListReply events, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(events, EventJson.Default.EventListReply);
        var started = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            if (await TryPostAsync(body, cancellationToken) is not { } why)
                return;
            if (time.GetElapsedTime(started) > options.WebhookGiveUp)
            {
                logger.LogError("{Count} events were not delivered to {Url} and are dropped: {Reason}", events.Events.Count, url, why);
                return;
            }

            if (pause == FirstPause)
                logger.LogWarning("Events cannot be delivered to {Url} and are repeated: {Reason}", url, why);
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    // Returns why it was not taken, or null.
    private async Task<string?> TryPostAsync(byte[] body, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(Timeout, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (secret.Length > 0)
            request.Headers.Add(Signature, Sign(body));
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            return response.IsSuccessStatusCode ? null : $"it answered {(int)response.StatusCode}";
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"it did not answer within {Timeout.TotalSeconds} s";
        }
    }

    private string Sign(byte[] body)
    {
        var at = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var code = HMACSHA256.HashData(secret, (byte[])[.. Encoding.ASCII.GetBytes($"{at}."), .. body]);
        return $"t={at},v1={Convert.ToHexStringLower(code)}";
    }

    private bool IsChosen(EventReply e) => options.WebhookEvents.Count == 0 || options.WebhookEvents.Any(
        type => type.EndsWith(".*", StringComparison.Ordinal) ? e.Type.StartsWith(type[..^1], StringComparison.Ordinal) : e.Type == type);
}
