using System.Text.Json;
using Steelyard.Contract.Input;
using static Steelyard.Contract.Input.JsonInput;

namespace Steelyard.Contract.Setup;

/// <summary>Parses the context of a setup. Throws <see cref="BadInputException"/>.</summary>
internal static class ContextParser
{
    private const int MaxCookies = 5000;
    private const int MaxText = 8 * 1024 * 1024;

    // The worker opens a page of each origin, one after the other.
    private const int MaxOrigins = 100;

    public static SessionContext Parse(JsonElement value, string field)
    {
        IReadOnlyList<JsonElement> cookies = [];
        IReadOnlyDictionary<string, IReadOnlyList<(string, string)>> local = NoOrigins, session = NoOrigins;
        foreach (var (name, part) in Members(value, field))
        {
            var path = $"{field}.{name}";
            switch (name)
            {
                case "cookies":
                    cookies = [.. Elements(part, path, MaxCookies).Select(cookie => CookieParser.Parse(cookie.Value, cookie.Field))];
                    break;
                case "localStorage":
                    local = ParseOrigins(part, path);
                    break;
                case "sessionStorage":
                    session = ParseOrigins(part, path);
                    break;
                case "indexedDB" when !Members(part, path).Any():
                    break;
                case "indexedDB":
                    throw new BadInputException("databases cannot be restored: leave indexedDB empty", path);
                default:
                    throw Unknown(path);
            }
        }

        return new(cookies, [.. local.Keys.Union(session.Keys).Select(Join)]);

        StoredOrigin Join(string origin) => new(origin, local.GetValueOrDefault(origin, []), session.GetValueOrDefault(origin, []));
    }

    private static readonly Dictionary<string, IReadOnlyList<(string, string)>> NoOrigins = [];

    private static Dictionary<string, IReadOnlyList<(string, string)>> ParseOrigins(JsonElement value, string field)
    {
        var origins = new Dictionary<string, IReadOnlyList<(string, string)>>();
        if (value.ValueKind == JsonValueKind.Object && value.GetPropertyCount() > MaxOrigins)
            throw new BadInputException($"{field} must be an object of at most {MaxOrigins} origins", field);
        foreach (var (name, items) in Members(value, field))
        {
            var path = $"{field}.{name}";
            var pairs = Members(items, path).Select(item => (item.Name, Text(item.Value, $"{path}.{item.Name}", MaxText, least: 0)));
            if (!origins.TryAdd(ParseOrigin(name, path), [.. pairs]))
                throw new BadInputException($"{path} is the same origin as an earlier one", path);
        }

        return origins;
    }

    private static string ParseOrigin(string text, string field) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https"
            && uri.Host.Length > 0
            && uri.UserInfo.Length == 0
            && uri.PathAndQuery == "/"
            && uri.Fragment.Length == 0
            ? $"{uri.Scheme}://{(uri.HostNameType == UriHostNameType.IPv6 ? $"[{uri.IdnHost}]" : uri.IdnHost)}" +
                (uri.IsDefaultPort ? "" : $":{uri.Port}")
            : throw new BadInputException($"{field} must have an origin such as https://example.com as its name", field);
}
