using System.Text.Json;
using Steelyard.Contract;
using Steelyard.Http;
using Steelyard.LiveView;
using Steelyard.Requests;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Dialects.Steel;

/// <summary>Describes live and ended sessions to clients of the Steel dialect.</summary>
public sealed class SessionDescriber(Options options, LiveViewLinks links)
{
    public SteelSession Describe(Session session, HttpRequest request, ProxyUsage usage = default) =>
        Describe(session.Id, session.Request, session.CreatedAt, session.View().Age, null, usage, request);

    public SteelSession Describe(EndedSession session, HttpRequest request) =>
        Describe(session.Id, session.Request, session.CreatedAt, session.Duration, session.End, session.Usage, request);

    /// <summary>
    /// Asks a session's worker for the bytes through its proxy, and keeps the answer in the session for the time after its end. When the
    /// session has no proxy or the worker gives no answer, returns what is known already.
    /// </summary>
    public async Task<ProxyUsage> AskUsageAsync(Session session) =>
        await AskUsageAsync(session, await session.TryPlaceAsync(options.WorkerTimeout));

    /// <summary>The same, where the session's place is known already; null for none.</summary>
    public static async Task<ProxyUsage> AskUsageAsync(Session session, Placement? placement)
    {
        if (placement is not { Worker.HasExtras: true } || !SteelFacts.Of(session.Request).HasProxy)
            return session.Usage;
        using var reply = await placement.Worker.Client.AskAsync(placement.Lease.SessionPath + "/usage");
        if (reply.IsSuccess && session.IsOn(placement) && TryRead(reply.Body.Span, out var usage))
            session.Usage = usage;
        return session.Usage;
    }

    private static bool TryRead(ReadOnlySpan<byte> json, out ProxyUsage usage)
    {
        usage = default;
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            usage = new(
                document.RootElement.GetProperty("proxy_tx_bytes").GetInt64(),
                document.RootElement.GetProperty("proxy_rx_bytes").GetInt64());
            return true;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    private SteelSession Describe(
        SessionId id,
        SessionRequest asked,
        DateTimeOffset createdAt,
        TimeSpan duration,
        SessionEnd? ended,
        ProxyUsage usage,
        HttpRequest request)
    {
        var steel = SteelFacts.Of(asked);
        var self = PublicAddress.Of(request, options);
        var viewer = self.HttpOrigin + links.PathOf(id);
        var block = steel.Blocking;
        return new(
            id.ToString(),
            IsoTime.Of(createdAt),
            Status(ended?.Reason),
            (long)duration.TotalMilliseconds,
            (long)(asked.Clock.MaxAge ?? TimeSpan.Zero).TotalMilliseconds,
            (long)asked.Clock.Ttl.TotalMilliseconds,
            $"{self.WebSocketOrigin}/?sessionId={id}",
            viewer,
            viewer,
            steel.Dimensions,
            new(block.Images, block.Media, block.Stylesheets, block.Hosts, block.UrlPatterns),
            steel.HasProxy ? "external" : null,
            usage.Sent + usage.Received,
            steel.HasProxy ? usage.Sent : null,
            steel.HasProxy ? usage.Received : null,
            CreditsUsed: 0,
            EventCount: 0,
            Headless: true,
            IsSelenium: false,
            SolveCaptcha: false,
            block.Ads,
            new(steel.IsMobile ? "mobile" : "desktop"),
            new(steel.IsInteractive),
            steel.UserAgent,
            steel.Namespace,
            asked.Metadata,
            ended?.Reason.Name(),
            ended?.Cause,
            ended?.Detail);
    }

    public static string Status(EndReason? ended) => ended switch
    {
        null => "live",
        EndReason.WorkerLost => "failed",
        _ => "released",
    };
}
