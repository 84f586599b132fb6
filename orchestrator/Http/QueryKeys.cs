using System.Text;
using System.Text.RegularExpressions;

namespace Steelyard.Http;

/// <summary>Finds and removes keys in a query, as in the addresses of connects.</summary>
internal static partial class QueryKeys
{
    private const string SessionId = "sessionId=";
    private static readonly string[] Names = ["apiKey", "token"];

    /// <summary>
    /// Removes every key from the query. Returns a valid key of this node, else the first key, else null. Keys are removed because later
    /// steps may pass the query on: to a worker, into an address, or to a browser and so to any site. In the address of a page to open,
    /// only valid keys of this node are removed, because everything else belongs to the page.
    /// </summary>
    public static string? Take(HttpRequest request, Func<string, bool> isOurs)
    {
        if (request.QueryString.Value is not { Length: > 1 } query)
            return null;
        var isAddress = IsAddress(request);
        if (!isAddress)
            query = query[..1] + query[1..].Replace("?" + SessionId, "&" + SessionId, StringComparison.OrdinalIgnoreCase);
        List<string> taken = [];
        var left = Without(
            query,
            isAddress ? EncodedSeparator() : Separator(),
            text => isAddress ? AddressKey(text, isOurs) : Key(text),
            taken);
        left = left is "" or ['?', ..] ? left : "?" + left;
        if (left != request.QueryString.Value)
            request.QueryString = new(left); // The framework then parses the query again.
        var ours = taken.Find(key => isOurs(key));
        if (ours is not null)
            request.HttpContext.Features.Set(new QueryKey(ours));
        return ours ?? taken.FirstOrDefault();
    }

    // The whole query is the address of a page to open, which can itself contain a query.
    private static bool IsAddress(HttpRequest request) =>
        request.Path.Value!.TrimEnd('/').EndsWith("/json/new", StringComparison.OrdinalIgnoreCase);

    // People append ?apiKey=… to an address that already has a query, so a second question mark also begins a parameter.
    [GeneratedRegex(@"(&|\?(?=[^?&=]*=))")]
    private static partial Regex Separator();

    // Browsers also accept an address that is encoded as a whole.
    [GeneratedRegex(@"(&|\?(?=[^?&=]*?(?:=|%3D))|%26|%3F|#|%23)", RegexOptions.IgnoreCase)]
    private static partial Regex EncodedSeparator();

    // A separator is removed together with the parameter after it. The first removed separator then replaces that of the next parameter,
    // so that ?key=a&x=1 becomes ?x=1.
    private static string Without(string query, Regex separator, Func<string, string?> keyIn, List<string> taken)
    {
        var parts = separator.Split(query);
        var left = new StringBuilder(parts[0]);
        string? dropped = null;
        for (var i = 1; i < parts.Length; i += 2)
        {
            if (keyIn(parts[i + 1]) is { } key)
            {
                taken.Add(key);
                dropped ??= parts[i];
                continue;
            }

            left.Append(IsAnd(parts[i]) ? dropped ?? parts[i] : parts[i]).Append(parts[i + 1]);
            dropped = null;
        }

        return left.ToString();
    }

    private static bool IsAnd(string separator) => separator is "&" or "%26";

    private static string? Key(string parameter)
    {
        var parts = parameter.Split('=', 2);
        return parts is [var name, { Length: > 0 } value] && Names.Contains(Decode(name), StringComparer.OrdinalIgnoreCase)
            ? Decode(value)
            : null;
    }

    // In an address that is encoded as a whole, the key may be encoded twice.
    private static string? AddressKey(string parameter, Func<string, bool> isOurs)
    {
        for (var (text, depth) = (parameter, 0); depth < 2; (text, depth) = (Uri.UnescapeDataString(text), depth + 1))
        {
            if (Key(text) is { } key && isOurs(key))
                return key;
        }

        return null;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}

/// <summary>A valid key of this node that was in the query.</summary>
internal sealed record QueryKey(string Value);
