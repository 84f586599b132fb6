using Steelyard.Sessions;

namespace Steelyard.Http;

/// <summary>The session that a request's address names, which decides which node serves it.</summary>
internal static class SessionPath
{
    private const string LiveViews = "/live/{id}";

    /// <summary>Null when it names none. Whether there is such a session is not known.</summary>
    public static SessionId? Of(HttpContext context) =>
        context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } pattern }
        && TextOf(context, pattern) is { } text
        && SessionId.TryParse(text, out var id)
            ? id
            : null;

    /// <summary>
    /// Whether it is a WebSocket to the browser of a session. That of a live view is none: its address is the proof of access, and its
    /// client is a page.
    /// </summary>
    public static bool IsConnect(HttpContext context) =>
        context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } pattern } route
        && route.Metadata.GetMetadata<GetEffect>() == GetEffect.Connects
        && !pattern.StartsWith(LiveViews, StringComparison.Ordinal)
        && Upgrade.IsAsked(context.Request);

    // A session is in the path as {id}, or in the query of a connect.
    private static string? TextOf(HttpContext context, string pattern) =>
        IsOfSession(pattern) ? (string?)context.Request.RouteValues["id"]
        : context.Request.Query["sessionId"] is [{ Length: > 0 } id] ? id
        : null;

    private static bool IsOfSession(string pattern) =>
        pattern.StartsWith("/sessions/{id}", StringComparison.Ordinal)
        || pattern.StartsWith("/v1/sessions/{id}", StringComparison.Ordinal)
        || pattern.StartsWith(LiveViews, StringComparison.Ordinal);
}
