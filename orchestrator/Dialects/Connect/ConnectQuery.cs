using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Steelyard.Http;
using Steelyard.Requests;
using Steelyard.Sessions;

namespace Steelyard.Dialects.Connect;

/// <summary>
/// Reads the query of a connect: the session that it names, or the options of a new one. It takes browserless's names: <c>timeout</c>,
/// <c>blockAds</c>, <c>trackingId</c>, <c>externalProxyServer</c>, <c>launch</c>, and switches of the browser, such as
/// <c>--proxy-server</c>; and <c>record</c>, see <see cref="SessionRequest.Record"/>. Clients cannot choose the browser's switches: those
/// that match one of our options set it (<see cref="BrowserSwitches"/>).
/// </summary>
internal static class ConnectQuery
{
    private const int LongestLaunch = 8192;

    // Without effect here, these would change what a site sees, or what its client may see of a site.
    private static readonly (string Name, string What)[] Unsupported =
    [
        ("proxy", "built-in proxies"),
        ("stealth", "a stealth mode"),
        ("ignoreHTTPSErrors", "a way to ignore TLS errors"),
        ("acceptInsecureCerts", "a way to ignore TLS errors"),
        ("userDataDir", "a profile folder of the client's choice"),
    ];

    private static readonly string[] Known =
        [
            "timeout", "blockAds", "trackingId", "externalProxyServer", "launch", "headless", "record",
            .. Unsupported.Select(each => each.Name),
        ];

    /// <summary>Returns the session that the query names; null for none. Throws <see cref="FieldException"/> if unclear.</summary>
    public static string? SessionId(IQueryCollection query)
    {
        if (!query.TryGetValue("sessionId", out var ids))
            return null;
        return ids.Distinct().ToList() is [{ Length: > 0 } id]
            ? id
            : throw FieldException.Bad("sessionId", "the id of one session; leave it out for a new session");
    }

    /// <summary>
    /// Returns the options as JSON for <see cref="CreateParser"/>. Throws <see cref="FieldException"/>.
    /// </summary>
    /// <param name="query">The query.</param>
    /// <param name="isTemporary">The session lasts as long as the connection, so it has no timeout by default.</param>
    public static ReadOnlyMemory<byte> Options(IQueryCollection query, bool isTemporary = true)
    {
        foreach (var (name, values) in query)
        {
            if (values.Count > 1 && (Known.Contains(name) || name.StartsWith("--", StringComparison.Ordinal)))
                throw FieldException.Bad(name, "given once");
        }

        var body = new JsonObject();
        if (isTemporary)
            body["timeout"] = 0;
        if (query["timeout"] is [{ Length: > 0 } timeout])
            body["timeout"] = long.TryParse(timeout, NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
                ? ms
                : throw FieldException.Bad("timeout", "a number of milliseconds");
        if (query["blockAds"] is [{ } block])
            body["blockAds"] = block is "" or "true";
        if (query["trackingId"] is [{ Length: > 0 } tracking])
            body["metadata"] = new JsonObject { ["trackingId"] = tracking };
        if (query["externalProxyServer"] is [{ Length: > 0 } proxy])
            body["proxyUrl"] = proxy;
        if (query["record"] is [{ Length: > 0 } record])
            body["record"] = record;
        Check(name => query[name] is [{ } value] ? value : null);
        if (query["launch"] is [{ Length: > 0 } launch])
            ReadLaunch(launch, body);
        foreach (var (name, value) in query.Where(parameter => parameter.Key.StartsWith("--", StringComparison.Ordinal)))
            BrowserSwitches.Apply(name, value.ToString(), body);
        return JsonSerializer.SerializeToUtf8Bytes(body);
    }

    private static void Check(Func<string, string?> find)
    {
        foreach (var (name, what) in Unsupported)
        {
            if (find(name) is { } value && value is not "false")
                throw FieldException.Missing(name, what);
        }

        if (find("headless") is "false" or "0")
            throw FieldException.Missing("headless", "a browser with a window");
    }

    private static void ReadLaunch(string text, JsonObject body)
    {
        if (ParseLaunch(text) is not { } launch)
            throw FieldException.Bad(
                "launch",
                $"a JSON object of at most {LongestLaunch} characters, or its base64, in valid Unicode and without duplicate names");
        if (launch["proxy"] is JsonObject proxy)
        {
            body["proxyUrl"] = ProxyUrl(proxy);
            launch.Remove("proxy");
        }

        Check(name => launch[name]?.ToString());
        if (launch["args"] is not (null or JsonArray))
            throw FieldException.Bad("launch.args", "a list of switches");
        foreach (var argument in launch["args"] as JsonArray ?? [])
        {
            var parts = (argument?.ToString() ?? "").Split('=', 2);
            BrowserSwitches.Apply(parts[0], parts.Length == 2 ? parts[1] : "", body);
        }
    }

    // Playwright's form: { server, username, password }.
    private static string ProxyUrl(JsonObject proxy)
    {
        if (proxy.Select(member => member.Key).FirstOrDefault(name => name is not ("server" or "username" or "password")) is { } other)
            throw FieldException.Missing($"launch.proxy.{other}", "hosts without the proxy");
        var server = proxy["server"]?.ToString() ?? "";
        if (!server.Contains("://", StringComparison.Ordinal))
            server = "http://" + server;
        if (proxy["username"]?.ToString() is not { Length: > 0 } user)
            return server;
        var credentials = $"{Uri.EscapeDataString(user)}:{Uri.EscapeDataString(proxy["password"]?.ToString() ?? "")}@";
        return server.Insert(server.IndexOf("://", StringComparison.Ordinal) + 3, credentials);
    }

    // Returns null when the text cannot be read. The parser finds half surrogate pairs only when they are written.
    private static JsonObject? ParseLaunch(string text)
    {
        try
        {
            if (text.Length > LongestLaunch)
                return null;
            var json = text[0] == '{' ? text : FromBase64(text);
            var launch = JsonNode.Parse(json, documentOptions: new() { AllowDuplicateProperties = false });
            launch?.ToJsonString();
            return launch as JsonObject;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    // A + in a query is a space.
    private static string FromBase64(string text)
    {
        var standard = text.Replace('-', '+').Replace('_', '/').Replace(' ', '+').TrimEnd('=');
        return Encoding.UTF8.GetString(Convert.FromBase64String(standard.PadRight((standard.Length + 3) / 4 * 4, '=')));
    }
}
