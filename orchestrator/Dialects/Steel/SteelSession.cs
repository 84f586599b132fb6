using System.Text.Json.Serialization;
using Steelyard.Contract.Setup;

namespace Steelyard.Dialects.Steel;

/// <summary>
/// A session in the shape of steel-sdk's <c>Session</c> type. Times are ISO 8601 in UTC with milliseconds; durations are in milliseconds.
/// </summary>
/// <param name="Duration">Its age, or how long it lived.</param>
/// <param name="Timeout">Age at which it ends, even when it is in use; 0 for none.</param>
/// <param name="InactivityTimeout">Idle time after which it ends.</param>
/// <param name="EventCount">0: sessions are not recorded.</param>
/// <param name="ProxyBytesUsed">The current number in a retrieve; in lists and after the end, the number some seconds earlier.</param>
/// <param name="ProxySource">Null without a proxy: the SDK expects the field even then.</param>
/// <param name="EndReason">deleted, expired, worker_lost or drained; absent while the session is live.</param>
/// <param name="EndCause">For worker_lost, if known: out_of_memory, machine_out_of_memory, too_many_processes, out_of_disk, hung, crashed,
/// wrong_answer, stopped_by_operator, node_lost or node_cut_off.</param>
/// <param name="EndDetail">Who or what ended it, for people.</param>
/// <param name="Place">Where it stands in the list; only for a node that merges lists.</param>
public sealed record SteelSession(
    string Id,
    string CreatedAt,
    string Status,
    long Duration,
    long Timeout,
    long InactivityTimeout,
    string WebsocketUrl,
    string DebugUrl,
    string SessionViewerUrl,
    Dimensions Dimensions,
    SteelBandwidth OptimizeBandwidth,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? ProxySource,
    long ProxyBytesUsed,
    long? ProxyTxBytes,
    long? ProxyRxBytes,
    int CreditsUsed,
    int EventCount,
    bool Headless,
    bool IsSelenium,
    bool SolveCaptcha,
    bool BlockAds,
    SteelDevice DeviceConfig,
    SteelDebug DebugConfig,
    string? UserAgent,
    string? Namespace,
    IReadOnlyDictionary<string, string> Metadata,
    string? EndReason,
    string? EndCause,
    string? EndDetail,
    string? Place = null);

public sealed record SteelBandwidth(
    bool BlockImages,
    bool BlockMedia,
    bool BlockStylesheets,
    IReadOnlyList<string> BlockHosts,
    IReadOnlyList<string> BlockUrlPatterns);

/// <param name="Device">desktop or mobile.</param>
public sealed record SteelDevice(string Device);

public sealed record SteelDebug(bool Interactive);

/// <param name="NextCursor">Null when nothing follows.</param>
/// <param name="TotalCount">Number of all sessions that match, on all pages.</param>
/// <param name="CursorPlace">Where the session at the cursor stands, if this node knows it; only for a node that merges lists.</param>
public sealed record SteelList(
    IReadOnlyList<SteelSession> Sessions,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? NextCursor,
    int TotalCount,
    string? CursorPlace = null);

public sealed record SteelSuccess(bool Success, string Message);

public sealed record SteelHealth(string Status);

public sealed record SteelPage(
    string Id,
    string Url,
    string Title,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Favicon,
    string SessionViewerUrl,
    string SessionViewerFullscreenUrl);

public sealed record SteelLiveDetails(
    IReadOnlyList<SteelPage> Pages, string WsUrl, string WebsocketUrl, string SessionViewerUrl, string SessionViewerFullscreenUrl);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SteelSession))]
[JsonSerializable(typeof(SteelList))]
[JsonSerializable(typeof(SteelSuccess))]
[JsonSerializable(typeof(SteelHealth))]
[JsonSerializable(typeof(SteelLiveDetails))]
internal sealed partial class SteelJson : JsonSerializerContext;
