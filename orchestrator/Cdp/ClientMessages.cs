using System.Text.Json;
using System.Text.Json.Nodes;
using Steelyard.Contract;
using Steelyard.Files;
using Steelyard.Sessions;
using Steelyard.WorkerHttp;

namespace Steelyard.Cdp;

/// <summary>
/// The messages of one client that name what a browser cannot use as it is: paths of the client's machine, and proxies
/// (docs/decisions/0016-paths-of-clients.md). A browser can use only its own folder. So downloads go there, and are copied for a client on
/// this machine. A file that the browser cannot read is refused instead of being empty for the page. And a browser connects only to its
/// worker's relay, which leads to a context's own proxy, too.
/// </summary>
/// <param name="placement">Where the session lives. Its worker is a bundled one.</param>
/// <param name="writable">The folders that all browsers may use (<c>--browser-folder</c>).</param>
/// <param name="clientUser">Returns the client's user; null when the client is on another machine.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told when a copy fails.</param>
internal sealed partial class ClientMessages(
    Placement placement, IReadOnlyList<string> writable, Func<uint?> clientUser, TimeProvider time, ILogger logger)
{
    private const int InvalidParameters = -32602; // As JSON-RPC says, and Chromium.
    private static readonly TimeSpan CopyDeadline = TimeSpan.FromSeconds(30);
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private BrowserFolders? folders; // Known after the first answer. A new browser means a new connection.
    private volatile Destination? destination; // Set while the client expects its downloads in a folder of its own.
    private string lastCopied = "";
    private bool hasTold;

    /// <summary>Whether a client's message may have to be translated.</summary>
    public static bool IsOfInterest(ReadOnlySpan<byte> beginning) =>
        beginning.IndexOf(".setDownloadBehavior\""u8) >= 0
        || beginning.IndexOf("\"DOM.setFileInputFiles\""u8) >= 0
        || beginning.IndexOf("\"Target.createBrowserContext\""u8) >= 0;

    /// <summary>Whether a browser's message tells of the progress of a download that the client waits for.</summary>
    public bool IsProgress(ReadOnlySpan<byte> beginning) =>
        destination is not null
        && (beginning.StartsWith("{\"method\":\"Browser.downloadProgress\""u8)
            || beginning.StartsWith("{\"method\":\"Page.downloadProgress\""u8));

    /// <summary>
    /// Returns what the browser gets instead of a client's message, or else the answer that the client gets. Never fails.
    /// </summary>
    public async Task<(byte[]? ToBrowser, byte[]? ToClient)> TranslateAsync(byte[] message)
    {
        try
        {
            if (Parse(message) is not { } call || call["params"] is not JsonObject parameters)
                return (message, null);
            var refusal = (TextIn(parameters["proxyServer"]), TextIn(parameters["downloadPath"]), parameters["files"]) switch
            {
                ({ } proxy, _, _) => await LeadAsync(parameters, proxy),
                (_, { } path, _) => await RedirectAsync(parameters, path),
                (_, _, JsonArray files) => await CheckAsync(files),
                _ => null,
            };
            return refusal is null ? (JsonSerializer.SerializeToUtf8Bytes(call), null) : (null, Refuse(call, refusal));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return (message, null); // Half a surrogate pair, or a zero in a path: the browser itself refuses that.
        }
    }

    /// <summary>Copies a download that is complete to where the client expects it. Never fails.</summary>
    public async Task FollowAsync(byte[] message)
    {
        if (destination is not { } to)
            return;
        try
        {
            if (Parse(message)?["params"] is JsonObject parameters
                && TextIn(parameters["state"]) == "completed"
                && to.NameOf(TextIn(parameters["filePath"]), TextIn(parameters["guid"])) is { } name
                && name != lastCopied
                && clientUser() is { } user)
            {
                lastCopied = name;
                await CopyAsync(to, user, name);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException or IOException
            or UnauthorizedAccessException)
        {
            Tell(to.Folder, e.Message);
        }
    }

    private async Task CopyAsync(Destination to, uint user, string name)
    {
        using var deadline = new CancellationTokenSource(CopyDeadline, time);
        try
        {
            var file = FileName.Of(name);
            if (await Task.Run(() => ClientFolder.Copy(to.Folder, user, to.Downloads, file, deadline.Token)) is { } why)
                Tell(to.Folder, why);
        }
        catch (OperationCanceledException)
        {
            Tell(to.Folder, $"the copy took longer than {CopyDeadline.TotalSeconds} s");
        }
    }

    // Once for each client is enough. Clients and browsers choose parts of both texts.
    private void Tell(string folder, string why)
    {
        if (!hasTold)
            LogKept(JsonEncodedText.Encode(folder), JsonEncodedText.Encode(why));
        hasTold = true;
    }

    private static bool CanRead(BrowserFolders folders, string file) => Path.IsPathRooted(file) && folders.CanRead(Path.GetFullPath(file));

    private async Task<string?> RedirectAsync(JsonObject parameters, string path)
    {
        destination = null;
        var (own, refusal) = await AskAsync();
        if (own is null)
            return refusal;
        var full = Path.GetFullPath(path);
        if (writable.Append(own.Downloads).Any(folder => BrowserFolders.IsIn(folder, full)))
            return null;
        destination = new(path, own.Downloads, TextIn(parameters["behavior"]) == "allowAndName");
        parameters["downloadPath"] = own.Downloads;
        return null;
    }

    private async Task<string?> CheckAsync(JsonArray files)
    {
        var (own, refusal) = await AskAsync();
        if (own is null || files.Select(TextIn).FirstOrDefault(file => file is not null && !CanRead(own, file)) is not { } refused)
            return refusal;
        return $"The session's browser cannot read {refused}: it sees only its own files. Upload the file first, with "
            + "POST /v1/sessions/ID/files, and use the path in the answer; or open its folder with --browser-folder.";
    }

    // Leads a context's proxy through the worker's relay. What is no single proxy, such as "direct://", stays as it is.
    private async Task<string?> LeadAsync(JsonObject parameters, string proxy)
    {
        if (proxy.AsSpan().ContainsAny(",;=") || proxy.StartsWith("direct:", StringComparison.Ordinal))
            return null;
        var url = proxy.Contains("://", StringComparison.Ordinal) ? proxy : "http://" + proxy;
        var body = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["url"] = url });
        using var reply = await placement.Worker.Client.LeadToProxyAsync(placement.Lease.SessionPath!, body);
        if (reply.Status == StatusCodes.Status400BadRequest)
            return $"The context's proxy cannot be used: {TextIn(Parse(reply.Body)?["message"]) ?? "the worker refuses it"}.";
        if (reply.IsSuccess && TextIn(Parse(reply.Body)?["server"]) is { } server)
            parameters["proxyServer"] = server;
        return Silence(reply);
    }

    // A worker of an earlier version does not know the call: its browser gets the message as it is.
    private static string? Silence(WorkerReply reply) => reply.IsSuccess || reply.Status == StatusCodes.Status404NotFound
        ? null
        : $"The session's worker did not answer ({reply}). Try again.";

    private static byte[] Refuse(JsonObject call, string why)
    {
        var answer = new JsonObject
        {
            ["id"] = call["id"]?.DeepClone(),
            ["error"] = new JsonObject { ["code"] = InvalidParameters, ["message"] = why },
        };
        if (call["sessionId"] is { } session)
            answer["sessionId"] = session.DeepClone();
        return JsonSerializer.SerializeToUtf8Bytes(answer);
    }

    private async Task<(BrowserFolders? Folders, string? Refusal)> AskAsync()
    {
        if (folders is not null)
            return (folders, null);
        using var reply = await placement.Worker.Client.AskAsync(placement.Lease.SessionPath + "/folders");
        var told = reply.IsSuccess ? BrowserFolders.TryRead(reply.Body.Span) : null;

        // The node reads the folder, so the worker may name no other than its own.
        if (told is not null && BrowserFolders.IsIn(placement.Worker.Directory.Path, Path.GetFullPath(told.Downloads)))
            folders = told;
        return folders is null ? (null, Silence(reply)) : (folders, null);
    }

    private static JsonObject? Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonNode.Parse(json.Span, null, Strict) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? TextIn(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    [LoggerMessage(
        LogLevel.Warning, "A download stays in the files of its session, and is not copied to the client's folder {Folder}: {Why}")]
    private partial void LogKept(JsonEncodedText folder, JsonEncodedText why);

    /// <param name="Folder">Where the client expects its downloads.</param>
    /// <param name="Downloads">Where the browser saves them.</param>
    /// <param name="IsNamedByGuid">The client has asked for names that are GUIDs.</param>
    private sealed record Destination(string Folder, string Downloads, bool IsNamedByGuid)
    {
        // The event of a page, which some clients wait for, comes first and has no path.
        public string? NameOf(string? path, string? guid) =>
            path is null ? (IsNamedByGuid ? guid : null)
            : Path.GetDirectoryName(path) == Downloads ? Path.GetFileName(path)
            : null;
    }
}
