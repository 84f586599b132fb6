using System.Text.RegularExpressions;
using Steelyard.Http;

namespace Steelyard.Requests;

/// <summary>Reads the fields of a create that a worker must apply.</summary>
internal static partial class SetupParser
{
    private const int LongestUserAgent = 1024;
    private const int LongestPattern = 512;
    private const int MostPatterns = 200;

    public static Setup Parse(Fields fields) => new()
    {
        Dimensions = ReadDimensions(fields),
        UserAgent = UserAgent(fields),
        TimeZone = TimeZone(fields),
        Locale = Matching(fields, "locale", LanguageTag(), "a language tag such as de-DE"),
        IsMobile = IsMobile(fields),
        Proxy = ReadProxy(fields),
        Blocking = ReadBlocking(fields),
        Context = ContextParser.Parse(fields),
    };

    private static Dimensions? ReadDimensions(Fields fields)
    {
        if (fields.Object("dimensions") is not { } size)
            return null;
        return new(
            (int)(size.Number("width", 100, 7680) ?? throw FieldException.Bad("dimensions.width", "given")),
            (int)(size.Number("height", 100, 4320) ?? throw FieldException.Bad("dimensions.height", "given")));
    }

    private static string? UserAgent(Fields fields)
    {
        var text = fields.Text("userAgent", LongestUserAgent);
        return text is null || text.All(c => c is >= ' ' and <= '~')
            ? text
            : throw FieldException.Bad("userAgent", "printable ASCII, because it is sent in a header");
    }

    // On a machine without a time zone database, only the form of the name can be checked.
    private static string? TimeZone(Fields fields)
    {
        const string need = "a time zone such as Europe/Berlin";
        var name = Matching(fields, "timezone", ZoneName(), need);
        if (name is not null && Directory.Exists("/usr/share/zoneinfo") && !TimeZoneInfo.TryFindSystemTimeZoneById(name, out _))
            throw FieldException.Bad("timezone", need);
        return name;
    }

    private static bool IsMobile(Fields fields) => fields.Object("deviceConfig")?.Text("device", 16) switch
    {
        null or "desktop" => false,
        "mobile" => true,
        _ => throw FieldException.Bad("deviceConfig.device", "desktop or mobile"),
    };

    // useProxy with a server is the same as proxyUrl. Every other value asks for the proxies of a cloud provider.
    private static ProxyServer? ReadProxy(Fields fields)
    {
        if (fields.Text("proxyUrl", 2048) is { } url)
            return ProxyServer.Parse("proxyUrl", url);
        if (fields.Find("useProxy") is not { } use || use.ValueKind == System.Text.Json.JsonValueKind.False)
            return null;
        return use.ValueKind == System.Text.Json.JsonValueKind.Object && fields.Object("useProxy")!.Value.Text("server", 2048) is { } server
            ? ProxyServer.Parse("useProxy.server", server)
            : throw FieldException.Missing("useProxy", "built-in proxies");
    }

    private static Blocking ReadBlocking(Fields fields)
    {
        var ads = fields.Bool("blockAds") ?? false;
        if (fields.Find("optimizeBandwidth") is not { } asked)
            return Blocking.None with { Ads = ads };
        if (asked.ValueKind is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False)
        {
            var all = asked.GetBoolean();
            return new(all, all, all, [], [], ads);
        }

        var block = fields.Object("optimizeBandwidth")!.Value;
        var hosts = block.Texts("blockHosts", MostPatterns, 253);
        if (hosts.Find(host => Uri.CheckHostName(host) == UriHostNameType.Unknown) is not null)
            throw FieldException.Bad("optimizeBandwidth.blockHosts", "a list of host names");
        return new(
            block.Bool("blockImages") ?? false,
            block.Bool("blockMedia") ?? false,
            block.Bool("blockStylesheets") ?? false,
            hosts,
            block.Texts("blockUrlPatterns", MostPatterns, LongestPattern),
            ads);
    }

    private static string? Matching(Fields fields, string name, Regex pattern, string need) =>
        fields.Text(name, 64) is not { } text ? null : pattern.IsMatch(text) ? text : throw FieldException.Bad(name, need);

    [GeneratedRegex("^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$", RegexOptions.CultureInvariant)]
    private static partial Regex LanguageTag();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$", RegexOptions.CultureInvariant)]
    private static partial Regex ZoneName();
}
