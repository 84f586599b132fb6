using System.Text.Json;
using System.Text.RegularExpressions;
using Steelyard.Contract.Input;
using static Steelyard.Contract.Input.JsonInput;

namespace Steelyard.Contract.Setup;

/// <summary>
/// Parses the options of a session. The orchestrator does this before it takes a worker, and the worker does it again. Every method throws
/// <see cref="BadInputException"/> for invalid input.
/// </summary>
internal static partial class SessionOptionsParser
{
    private const int MinSide = 100;
    private const int MaxWidth = 7680;
    private const int MaxHeight = 4320;
    private const int MaxUserAgent = 1024;
    private const int MaxName = 64;
    private const int MaxEntries = 1000;
    private const int MaxPattern = 2048;
    private const int MaxHost = 253;

    public static SessionOptions Parse(JsonElement body)
    {
        var options = new SessionOptions();
        foreach (var (name, value) in Members(body, null))
        {
            options = name switch
            {
                "dimensions" => options with { Dimensions = ParseDimensions(value, name) },
                "userAgent" => options with { UserAgent = ParseUserAgent(value, name) },
                "timezone" => options with { TimeZone = ParseTimeZone(value, name) },
                "locale" => options with { Locale = ParseName(value, name, LanguageTag(), "a language tag such as de-DE") },
                "mobile" => options with { IsMobile = Flag(value, name) },
                "proxy" => options with { Proxy = ProxyParser.Parse(value, name) },
                "block" => options with { Block = ParseBlock(value, name) },
                "context" => options with { Context = ContextParser.Parse(value, name) },
                _ => throw Unknown(name),
            };
        }

        return options;
    }

    private static Dimensions ParseDimensions(JsonElement value, string field)
    {
        int? width = null, height = null;
        foreach (var (name, side) in Members(value, field))
        {
            var path = $"{field}.{name}";
            switch (name)
            {
                case "width":
                    width = Whole(side, path, MinSide, MaxWidth);
                    break;
                case "height":
                    height = Whole(side, path, MinSide, MaxHeight);
                    break;
                default:
                    throw Unknown(path);
            }
        }

        return new(
            width ?? throw new BadInputException($"{field} needs a width", $"{field}.width"),
            height ?? throw new BadInputException($"{field} needs a height", $"{field}.height"));
    }

    private static string ParseUserAgent(JsonElement value, string field)
    {
        var text = Text(value, field, MaxUserAgent);
        return text.All(c => c is >= ' ' and <= '~')
            ? text
            : throw new BadInputException($"{field} must be printable ASCII, because it is sent in a header", field);
    }

    // On a machine without a time zone database, only the form of the name can be checked.
    private static string ParseTimeZone(JsonElement value, string field)
    {
        const string need = "a time zone such as Europe/Berlin";
        var name = ParseName(value, field, ZoneName(), need);
        return Directory.Exists("/usr/share/zoneinfo") && !TimeZoneInfo.TryFindSystemTimeZoneById(name, out _)
            ? throw new BadInputException($"{field} must be {need}", field)
            : name;
    }

    private static string ParseName(JsonElement value, string field, Regex form, string need)
    {
        var text = Text(value, field, MaxName);
        return form.IsMatch(text) ? text : throw new BadInputException($"{field} must be {need}", field);
    }

    private static BlockRules ParseBlock(JsonElement value, string field)
    {
        var rules = BlockRules.Nothing;
        foreach (var (name, rule) in Members(value, field))
        {
            var path = $"{field}.{name}";
            rules = name switch
            {
                "ads" => rules with { Ads = Flag(rule, path) },
                "images" => rules with { Images = Flag(rule, path) },
                "media" => rules with { Media = Flag(rule, path) },
                "stylesheets" => rules with { Stylesheets = Flag(rule, path) },
                "hosts" => rules with { Hosts = [.. Elements(rule, path, MaxEntries).Select(host => ParseHost(host.Value, host.Field))] },
                "urlPatterns" => rules with
                {
                    UrlPatterns = [.. Elements(rule, path, MaxEntries).Select(url => Text(url.Value, url.Field, MaxPattern))],
                },
                _ => throw Unknown(path),
            };
        }

        return rules;
    }

    private static string ParseHost(JsonElement value, string field)
    {
        // In the form that browsers use in addresses. In another form it would never match one.
        var host = Text(value, field, MaxHost);
        var kind = Uri.CheckHostName(host);
        return kind != UriHostNameType.Unknown
            && Uri.TryCreate(kind == UriHostNameType.IPv6 ? $"http://[{host}]" : $"http://{host}", UriKind.Absolute, out var uri)
            ? uri.IdnHost
            : throw new BadInputException($"{field} must be a host name such as example.com, without scheme, port or wildcard", field);
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}\z")]
    private static partial Regex ZoneName();

    [GeneratedRegex(@"\A[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\z")]
    private static partial Regex LanguageTag();
}
