using System.Security.Cryptography;
using System.Text;

namespace Steelyard.Api;

/// <summary>Lets in only who shows a key, when there are keys. Keys are kept as hashes and compared in constant time.</summary>
public sealed class ApiKeys(RequestDelegate next, Options options)
{
    private const string Bearer = "Bearer ";
    private static readonly string[] KeyHeaders = ["steel-api-key", "x-api-key"];
    private static readonly string[] KeyParameters = ["apiKey", "token"];

    private readonly byte[][] hashes = [.. options.ApiKeys.Select(key => SHA256.HashData(Encoding.UTF8.GetBytes(key)))];

    public Task InvokeAsync(HttpContext context) => hashes.Length == 0 || context.Request.Path == "/health" || IsKnown(TakeKey(context.Request))
        ? next(context)
        : Problem.WriteAsync(context, StatusCodes.Status401Unauthorized, "Show a key: as the header steel-api-key or x-api-key, as a bearer token, or as ?apiKey=.");

    // A key in the query is taken out of it: what follows may pass the query on, to a browser and so to any site.
    private static string? TakeKey(HttpRequest request)
    {
        foreach (var name in KeyHeaders)
        {
            if (request.Headers[name] is [{ Length: > 0 } key])
                return key;
        }

        if (request.Headers.Authorization is [{ } authorization] && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return authorization[Bearer.Length..];
        foreach (var name in KeyParameters)
        {
            if (request.Query[name] is not [{ Length: > 0 } key])
                continue;
            var others = request.QueryString.Value![1..].Split('&').Where(part => !part.StartsWith(name + "=", StringComparison.OrdinalIgnoreCase));
            request.QueryString = QueryString.FromUriComponent("?" + string.Join('&', others));
            return key;
        }

        return null;
    }

    private bool IsKnown(string? key)
    {
        if (key is null)
            return false;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        var known = false;
        foreach (var candidate in hashes)
            known |= CryptographicOperations.FixedTimeEquals(hash, candidate);
        return known;
    }
}
