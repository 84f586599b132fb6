using System.Text.Json;
using System.Text.Json.Nodes;
using Steelyard.Contract;
using Steelyard.Files;
using Steelyard.Sessions;

namespace Steelyard.Cdp;

/// <summary>
/// The messages of one client that name what a browser cannot use as it is: paths of the client's machine, and proxies
/// (docs/decisions/0016-paths-of-clients.md). A browser can use only its own folder. So downloads go there, and are copied for a client on
/// this machine. A file that the browser cannot read is refused instead of being empty for the page. And a browser connects only to its
/// worker's relay, which leads to a context's own proxy, too.
/// </summary>
/// <param name="placement">Where the session lives. Its worker is a bundled one.</param>
/// <param name="clientUser">Returns the client's user; null when the client is on another machine.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told when a copy fails.</param>
internal sealed partial class ClientMessages(Placement placement, Func<uint?> clientUser, TimeProvider time, ILogger logger)
{
    private const int InvalidParameters = -32602; // As JSON-RPC says, and Chromium.
    private static readonly TimeSpan CopyDeadline = TimeSpan.FromSeconds(10);
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private volatile string? clientFolder; // Set while the client expects its downloads there.
    private string downloads = "";
    private bool isNamedByGuid;
    private string lastCopied = "";
    private bool hasTold;

    /// <summary>Whether a client's message may have to be translated.</summary>
    public static bool IsOfInterest(ReadOnlySpan<byte> beginning) =>
        beginning.IndexOf(".setDownloadBehavior\""u8) >= 0
        || beginning.IndexOf("\"DOM.setFileInputFiles\""u8) >= 0
        || beginning.IndexOf("\"Target.createBrowserContext\""u8) >= 0;

    /// <summary>Whether a browser's message tells of the progress of a download that the client waits for.</summary>
    public bool IsProgress(ReadOnlySpan<byte> beginning) =>
        clientFolder is not null
        && (beginning.StartsWith("{\"method\":\"Browser.downloadProgress\""u8)
            || beginning.StartsWith("{\"method\":\"Page.downloadProgress\""u8));

    /// <summary>Returns what the browser gets instead of a client's message, or else the answer that the client gets.</summary>
    public async ValueTask<(byte[]? ToBrowser, byte[]? ToClient)> TranslateAsync(byte[] message)
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

    /// <summary>Copies a download that is complete to where the client expects it. Never fails.</summary>
    public async ValueTask FollowAsync(byte[] message)
    {
        if (clientFolder is not { } folder
            || Parse(message)?["params"] is not JsonObject parameters
            || TextIn(parameters["state"]) != "completed"
            || NameOf(parameters) is not { } name
            || name == lastCopied
            || clientUser() is not { } user)
            return;
        lastCopied = name;
        using var deadline = new CancellationTokenSource(CopyDeadline, time);
        try
        {
            if (await Task.Run(() => ClientFolder.Copy(folder, user, downloads, FileName.Of(name), deadline.Token)) is { } why)
                Tell(folder, why);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OperationCanceledException or ArgumentException)
        {
            Tell(folder, e.Message);
        }
    }

    // Once for each client is enough.
    private void Tell(string folder, string why)
    {
        if (!hasTold)
            LogKept(JsonEncodedText.Encode(folder), why);
        hasTold = true;
    }

    // The event of a page, which some clients wait for, comes first and has no path.
    private string? NameOf(JsonObject progress) =>
        TextIn(progress["filePath"]) is { } path
            ? Path.GetDirectoryName(path) == downloads ? Path.GetFileName(path) : null
            : isNamedByGuid ? TextIn(progress["guid"]) : null;

    private static bool CanRead(BrowserFolders folders, string file) => Path.IsPathRooted(file) && folders.CanRead(Path.GetFullPath(file));

    private async Task<string?> RedirectAsync(JsonObject parameters, string path)
    {
        if (await AskAsync() is not { } folders)
            return null;
        clientFolder = null;
        if (CanRead(folders, path))
            return null;
        downloads = folders.Downloads;
        isNamedByGuid = TextIn(parameters["behavior"]) == "allowAndName";
        clientFolder = path;
        parameters["downloadPath"] = folders.Downloads;
        return null;
    }

    private async Task<string?> CheckAsync(JsonArray files)
    {
        if (await AskAsync() is not { } folders
            || files.Select(TextIn).FirstOrDefault(file => file is null || !CanRead(folders, file)) is not { } refused)
            return null;
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
        return null;
    }

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

    private async Task<BrowserFolders?> AskAsync()
    {
        using var reply = await placement.Worker.Client.AskAsync(placement.Lease.SessionPath + "/folders");
        return reply.IsSuccess ? BrowserFolders.TryRead(reply.Body.Span) : null;
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
    private partial void LogKept(JsonEncodedText folder, string why);
}
