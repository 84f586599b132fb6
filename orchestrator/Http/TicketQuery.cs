namespace Steelyard.Http;

/// <summary>Where the address of a WebSocket has a ticket.</summary>
internal static class TicketQuery
{
    private const string Parameter = "steelyardTicket=";

    /// <summary>Adds a ticket to a query.</summary>
    public static string Add(QueryString query, string ticket) =>
        query.HasValue ? $"{query.Value}&{Parameter}{ticket}" : $"?{Parameter}{ticket}";

    /// <summary>
    /// Removes the ticket from the query of a WebSocket, like a key, so that no later step passes it on. Returns null when there is none.
    /// </summary>
    public static string? Take(HttpRequest request)
    {
        if (request.QueryString.Value is not { Length: > 1 } query
            || !query.Contains(Parameter, StringComparison.Ordinal)
            || !Upgrade.IsAsked(request))
            return null;
        var parts = query[1..].Split('&').ToLookup(part => part.StartsWith(Parameter, StringComparison.Ordinal));
        if (parts[true].FirstOrDefault() is not { } ticket)
            return null;
        var left = string.Join('&', parts[false]);
        request.QueryString = left.Length == 0 ? default : new("?" + left);
        request.HttpContext.Features.Set(new Redirected());
        return ticket[Parameter.Length..];
    }

    /// <summary>Whether another node has sent the client here. It must not be sent on.</summary>
    public static bool IsRedirected(this HttpContext context) => context.Features.Get<Redirected>() is not null;

    private sealed class Redirected;
}
