using System.Text.RegularExpressions;
using Steelyard.Fabric;
using Steelyard.Http;

namespace Steelyard.Cluster;

/// <summary>
/// Sends the client of a WebSocket to the node that has its session, where this node would forward every byte in both directions. Only a
/// node that says where clients reach it directly gets clients so, and only clients that are known to follow: all others are forwarded.
/// </summary>
internal sealed partial class Redirector(RedirectTickets tickets)
{
    // Whether a client follows can only be known by its name. Browsers never do, nor do these clients before these versions.
    private static readonly (string Name, Version Since)[] Followers = [("Playwright", new(1, 60)), ("Puppeteer", new(25, 0))];

    /// <summary>Answers 307 and returns true when the client can be sent to the node.</summary>
    public bool TrySend(HttpContext context, Peer peer)
    {
        if (peer.State.Redirect is not { Length: > 0 } address
            || context.IsRedirected()
            || !SessionPath.IsConnect(context)
            || !Follows(context.Request)
            || SessionPath.Of(context) is not { } session
            || tickets.Issue(session, context.Caller(), peer.State.Number, peer.Clock) is not { } ticket)
            return false;
        var request = context.Request;
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = $"{address}{request.Path.ToUriComponent()}{TicketQuery.Add(request.QueryString, ticket)}";
        context.Response.Headers.CacheControl = "no-store"; // The next time, the ticket is no good any more.
        context.Response.ContentLength = 0;
        return true;
    }

    private static bool Follows(HttpRequest request) =>
        request.Headers.Origin.Count == 0
        && Name().Match(request.Headers.UserAgent.ToString()) is { Success: true } match
        && Version.TryParse(match.Groups["version"].Value, out var version)
        && Array.Exists(Followers, each => each.Name == match.Groups["name"].Value && version >= each.Since);

    // Playwright/1.65.1 (x64; ubuntu 24.04) node/22.23, and Puppeteer 25.16.0
    [GeneratedRegex(@"^(?<name>[A-Za-z]+)[/ ](?<version>[0-9]{1,6}\.[0-9]{1,6})(?![0-9])")]
    private static partial Regex Name();
}
