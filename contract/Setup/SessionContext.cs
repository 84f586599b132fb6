using System.Text.Json;

namespace Steelyard.Contract.Setup;

/// <summary>What a session takes over from an earlier one.</summary>
/// <param name="Cookies">Cookies in the form that CDP's <c>Storage.setCookies</c> takes.</param>
/// <param name="Origins">What each origin has stored.</param>
internal sealed record SessionContext(IReadOnlyList<JsonElement> Cookies, IReadOnlyList<StoredOrigin> Origins)
{
    public static readonly SessionContext Empty = new([], []);

    public bool IsEmpty => Cookies.Count == 0 && Origins.Count == 0;
}

/// <param name="Origin">Such as <c>https://example.com</c>.</param>
/// <param name="Local">Its localStorage.</param>
/// <param name="Session">Its sessionStorage.</param>
internal sealed record StoredOrigin(
    string Origin, IReadOnlyList<(string Key, string Value)> Local, IReadOnlyList<(string Key, string Value)> Session);
