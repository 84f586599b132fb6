namespace Steelyard.Api;

/// <summary>Keys in a query, as connect addresses carry them.</summary>
internal static class QueryKeys
{
    private static readonly string[] Appended = ["apiKey=", "token=", "sessionId="];

    /// <summary>People append <c>?apiKey=…</c> to an address that has a query already: such a second question mark begins a parameter, too.</summary>
    public static void Mend(HttpRequest request)
    {
        var query = request.QueryString.Value;
        if (IsAddress(request) || query is null || query.Length < 2 || query.IndexOf('?', 1) < 0)
            return;
        foreach (var name in Appended)
            query = query[..1] + query[1..].Replace("?" + name, "&" + name, StringComparison.OrdinalIgnoreCase);
        request.QueryString = new(query);
    }

    /// <summary>The query is the address of a page to open, and has a query of its own.</summary>
    public static bool IsAddress(HttpRequest request) => request.Path.Value!.TrimEnd('/').EndsWith("/json/new", StringComparison.OrdinalIgnoreCase);

    /// <summary>Takes a last <c>apiKey=</c> off the address of a page and returns its value; null when there is none that is ours: it is the page's then, as all that stands before it.</summary>
    public static string? TakeLast(HttpRequest request, Func<string, bool> isOurs)
    {
        var query = request.QueryString.Value ?? "";
        var start = query.LastIndexOfAny(['?', '&']);
        if (start < 0 || !query.AsSpan(start + 1).StartsWith("apiKey=", StringComparison.OrdinalIgnoreCase))
            return null;
        var value = Uri.UnescapeDataString(query[(start + 1 + "apiKey=".Length)..]);
        if (!isOurs(value))
            return null;
        request.QueryString = new(query[..start]);
        request.HttpContext.Features.Set(new QueryKey(value));
        return value;
    }

    /// <summary>
    /// Takes the first of these parameters out of the query and returns its value; null when there is none. Taken out, because what follows may
    /// pass the query on, to a browser and so to any site.
    /// </summary>
    public static string? Take(HttpRequest request, string[] names)
    {
        foreach (var name in names)
        {
            if (request.Query[name] is not [{ Length: > 0 } value])
                continue;
            var others = request.QueryString.Value![1..].Split('&').Where(part => !part.StartsWith(name + "=", StringComparison.OrdinalIgnoreCase));
            request.QueryString = QueryString.FromUriComponent("?" + string.Join('&', others));
            request.HttpContext.Features.Set(new QueryKey(value));
            return value;
        }

        return null;
    }
}

/// <summary>A key that stood in the query.</summary>
internal sealed record QueryKey(string Value);
