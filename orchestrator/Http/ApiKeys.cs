using System.Net;
using System.Text;
using Steelyard.Connections;
using Steelyard.Sessions;

namespace Steelyard.Http;

/// <summary>Lets in only requests with a valid key when the node has keys, and notes the holder of the key.</summary>
/// <param name="next">What comes next.</param>
/// <param name="keys">The keys.</param>
/// <param name="wrong">Slows down who guesses.</param>
/// <param name="cookie">The key of a person at the dashboard.</param>
/// <param name="tickets">Of clients that another node has sent here; null on a node that is alone.</param>
public sealed class ApiKeys(
    RequestDelegate next, KeyRing keys, WrongKeys wrong, DashboardCookie cookie, RedirectTickets? tickets = null)
{
    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";

    private const string NoKey =
        "Bad or missing authentication. Send a key in the header steel-api-key or x-api-key, as a bearer token, as the password of basic " +
        "authentication, or as ?apiKey= or ?token=.";

    private const string BadTicket =
        "The ticket in this address is not, or no longer, good for this session on this node: it opens one session, for 30 seconds. " +
        "Connect anew at the address that gave it to you. If that happens each time, --redirect of this node leads to another one.";

    private static readonly string[] KeyHeaders = ["steel-api-key", "x-api-key"];

    // Probes carry no key, and the description is the same on every node. Under the other paths the address itself is the proof, because
    // nobody can guess it.
    private static readonly PathString[] Open =
        ["/health", "/v1/health", DescriptionPaths.Json, DescriptionPaths.Page, "/live", "/v1/artifacts"];

    // Open for probes as well, but a caller with a key gets a more detailed answer.
    private static readonly PathString ForProbes = "/readyz";

    public Task InvokeAsync(HttpContext context)
    {
        if (tickets is not null && context.IsFromPeer())
        {
            PeerRequest.Admit(context);
            return next(context);
        }

        var ticket = tickets is null ? null : TicketQuery.Take(context.Request);
        var inQuery = QueryKeys.Take(context.Request, key => keys.Find(key) is not null);
        if (keys.IsEmpty)
            return next(context);
        var isOpen = Open.Any(path => context.Request.Path.StartsWithSegments(path));
        var key = InHeader(context.Request) ?? inQuery ?? cookie.Read(context.Request);
        if (!isOpen && key is not null && keys.Find(key) is { } caller)
            return GoOnAsync(context, caller);
        if (!isOpen && ticket is not null && Admitted(context, ticket) is { } sent)
            return GoOnAsync(context, sent);
        MakeRoom(context);
        if (isOpen)
            return next(context);
        if (IsForPeople(context.Request))
            return GoOnAsync(context, Sessions.Caller.Nobody); // It asks for a key itself.
        return key is null && context.Request.Path.StartsWithSegments(ForProbes)
            ? GoOnAsync(context, Sessions.Caller.Nobody)
            : RefuseAsync(context);
    }

    private Caller? Admitted(HttpContext context, string ticket) =>
        SessionPath.IsConnect(context) && SessionPath.Of(context) is { } session ? tickets!.Open(ticket, session) : null;

    // The root leads browsers to the dashboard, and does nothing else for them.
    private static bool IsForPeople(HttpRequest request) => request.Path.StartsWithSegments(DashboardCookie.Dashboard)
        || (request.Path == "/" && request.Headers["Sec-Fetch-Dest"] == "document" && !Upgrade.IsAsked(request));

    private Task GoOnAsync(HttpContext context, Caller caller)
    {
        context.Features.Set(caller);
        return next(context);
    }

    // Otherwise a caller that keeps sending requests without a key would hold its connection forever.
    private static void MakeRoom(HttpContext context)
    {
        if (context.Features.Get<ClientConnection>() is { IsInTheWay: true } && !Upgrade.IsAsked(context.Request))
            context.Response.Headers.Connection = "close";
    }

    private async Task RefuseAsync(HttpContext context)
    {
        if (!await wrong.SlowAsync(context.Connection.RemoteIpAddress ?? IPAddress.None, context.RequestAborted))
        {
            context.Response.Headers.Connection = "close";
            await Problem.TooManyAsync(
                context,
                "Too many requests from your address had a wrong key or no key (--wrong-keys-per-second). Requests with a valid key are " +
                "not slowed.",
                WrongKeys.LongestWait);
        }
        else if (context.Request.Path.StartsWithSegments(ForProbes))
        {
            await GoOnAsync(context, Sessions.Caller.Nobody);
        }
        else
        {
            await Problem.WriteAsync(
                context,
                StatusCodes.Status401Unauthorized,
                context.IsRedirected() ? BadTicket : NoKey);
        }
    }

    private static string? InHeader(HttpRequest request)
    {
        foreach (var name in KeyHeaders)
        {
            if (request.Headers[name] is [{ Length: > 0 } key])
                return key;
        }

        if (request.Headers.Authorization is [{ } authorization])
        {
            if (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
                return authorization[Bearer.Length..];
            if (authorization.StartsWith(Basic, StringComparison.OrdinalIgnoreCase))
                return PasswordIn(authorization[Basic.Length..]);
        }

        return null;
    }

    private static string? PasswordIn(string credentials)
    {
        var bytes = new byte[credentials.Length];
        if (!Convert.TryFromBase64String(credentials, bytes, out var length))
            return null;
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        return text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }
}

/// <summary>Tells who sent a request.</summary>
public static class Callers
{
    public static Caller Caller(this HttpContext context) => context.Features.Get<Caller>() ?? Sessions.Caller.Anyone;

    /// <summary>Returns <c>?apiKey=K</c> with the request's key when the key was in the query; else an empty string.</summary>
    public static string KeyQuery(this HttpContext context) =>
        context.Features.Get<QueryKey>() is { } key ? $"?apiKey={Uri.EscapeDataString(key.Value)}" : "";

    /// <summary>Returns the request's whole query, with the key if that was in it; else an empty string.</summary>
    public static string WholeQuery(this HttpContext context)
    {
        var (key, rest) = (context.KeyQuery(), context.Request.QueryString.Value ?? "");
        return key.Length == 0 || rest.Length <= 1 ? key + rest : $"{key}&{rest[1..]}";
    }
}
