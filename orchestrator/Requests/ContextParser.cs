using System.Text.Json;
using Steelyard.Http;

namespace Steelyard.Requests;

/// <summary>Checks a <c>sessionContext</c>: the cookies and the storage with which the new session starts.</summary>
internal static class ContextParser
{
    private const int MostOrigins = 100;
    private const int MostCookies = 1000;

    /// <summary>Returns the context unchanged; null when there is none. Throws <see cref="FieldException"/>.</summary>
    public static JsonElement? Parse(Fields fields)
    {
        if (fields.Object("sessionContext") is not { } context)
            return null;
        CheckCookies(context);
        CheckStorage(context, "localStorage");
        CheckStorage(context, "sessionStorage");
        if (context.Find("indexedDB") is { } databases
            && (databases.ValueKind != JsonValueKind.Object || databases.EnumerateObject().Any()))
            throw FieldException.Missing("sessionContext.indexedDB", "a way to restore IndexedDB");
        return fields.Find("sessionContext")!.Value.Clone();
    }

    private static void CheckCookies(Fields context)
    {
        if (context.Find("cookies") is not { } cookies)
            return;
        if (cookies.ValueKind != JsonValueKind.Array || cookies.GetArrayLength() > MostCookies)
            throw FieldException.Bad(context.Name("cookies"), $"a list of up to {MostCookies} cookies");
        foreach (var cookie in cookies.EnumerateArray())
        {
            if (!CookieRules.Allow(cookie))
            {
                throw FieldException.Bad(
                    context.Name("cookies"),
                    "cookies with name, value, and domain or url, each field as in CDP: expires is a number of seconds, and sameSite is " +
                    "Strict, Lax or None");
            }
        }
    }

    private static void CheckStorage(Fields context, string name)
    {
        if (context.Find(name) is not { } origins)
            return;
        if (origins.ValueKind != JsonValueKind.Object || origins.EnumerateObject().Count() > MostOrigins)
            throw FieldException.Bad(context.Name(name), $"an object of up to {MostOrigins} origins");
        foreach (var origin in origins.EnumerateObject())
        {
            if (!IsOrigin(origin.Name)
                || origin.Value.ValueKind != JsonValueKind.Object
                || origin.Value.EnumerateObject().Any(item => item.Value.ValueKind != JsonValueKind.String))
            {
                throw FieldException.Bad(
                    context.Name(name), "an object that maps origins, such as https://example.com, to objects of strings");
            }
        }
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url is { Scheme: "http" or "https", UserInfo: "", PathAndQuery: "/", Fragment: "" }
        && url.Host.Length > 0;
}
