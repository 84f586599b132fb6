using System.Net;
using Steelyard.Settings;

namespace Steelyard.Http;

/// <summary>
/// Refuses requests from web pages of other sites. Otherwise any page that a person opens could control the sessions on that person's
/// machine. Browsers send the page's origin, and ordinary clients do not. A page can also point its own host name at the node's address
/// (DNS rebinding), so that its requests look like requests of the node's own pages. So on a node without keys, callers must use an address
/// or a name that belongs to the node. Browsers send no origin with a GET to a host that they do not count as their own machine, so such a
/// GET must not change anything (decision 0009).
/// </summary>
public sealed class OriginGuard(RequestDelegate next, KeyRing keys, Options options)
{
    // For these hosts, browsers mark every request that a page sends.
    private static readonly string[] OwnMachine = ["127.0.0.1", "[::1]", "localhost"];

    private static readonly string[] OfPages = ["Origin", "Sec-Fetch-Site", "Referer"];

    // Behind a proxy, the browser may have used another host name than the proxy does. The X-Original-* names are here because the
    // forwarded-headers middleware renames the headers of a trusted proxy before this guard runs.
    private static readonly string[] OfProxies =
    [
        "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Original-For", "X-Original-Host", "X-Original-Proto", "X-Real-IP",
        "Forwarded", "Via",
    ];

    public Task InvokeAsync(HttpContext context)
    {
        if (options.IsClustered && context.IsFromPeer())
            return next(context); // The node that the client called has checked it.
        var request = context.Request;
        if (keys.IsEmpty && !IsOurName(request.Host.Host))
        {
            return RefuseAsync(
                context,
                $"This node does not accept the host name '{request.Host.Host}'. Use its IP address or localhost, or start it with " +
                "--allow-host, --public-url or --api-key.");
        }

        if (!IsOurPage(request))
        {
            return RefuseAsync(
                context,
                "Web pages of other sites may not call this address: the Origin or Sec-Fetch-Site header names another site.");
        }

        if (keys.IsEmpty && IsChangingGet(context) && !IsSurelyNoPage(request))
        {
            return RefuseAsync(
                context,
                "On a node without keys, a GET that changes something is served only to a program that calls the node directly as " +
                "127.0.0.1, [::1] or localhost: otherwise the node cannot tell whether a web page sent it. Call the node that way, end a " +
                "session with DELETE /sessions/ID, or start the node with --api-key.");
        }

        return next(context);
    }

    private static Task RefuseAsync(HttpContext context, string why) => Problem.WriteAsync(context, StatusCodes.Status403Forbidden, why);

    private static bool IsChangingGet(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        && context.GetEndpoint() is RouteEndpoint route
        && (route.Metadata.GetMetadata<GetEffect>() ?? GetEffect.Changes) == GetEffect.Changes;

    private static bool IsSurelyNoPage(HttpRequest request) => OwnMachine.Contains(request.Host.Host, StringComparer.OrdinalIgnoreCase)
        && !OfPages.Any(request.Headers.ContainsKey)
        && !OfProxies.Any(request.Headers.ContainsKey);

    // DevTools of the user's own browser, which no site can open, connects to a session whose address the user has given it.
    private const string DevTools = "devtools://devtools";

    private bool IsOurName(string host)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out var address))
            return !IsStandIn(address);
        return host.Length == 0
            || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.Equals(options.PublicUrl?.Host, StringComparison.OrdinalIgnoreCase)
            || host.Equals(options.Redirect?.Host, StringComparison.OrdinalIgnoreCase)
            || options.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase);
    }

    // Addresses that lead to another address: 0.0.0.0 and [::] to this machine, [::ffff:127.0.0.1] to 127.0.0.1. No client needs them, and
    // browsers do not mark a page's requests to them.
    private static bool IsStandIn(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return address.IsIPv4MappedToIPv6 || (bytes.Length == 4 ? bytes[0] == 0 : !bytes.AsSpan().ContainsAnyExcept((byte)0));
    }

    // It is a program, and sends what a browser sends. No page can send this together with "none"; an extension that may change headers
    // could, so only what chromedriver needs is open to it.
    private static bool IsChromeDriver(HttpRequest request) => request.Headers.UserAgent == "chromedriver"
        && (request.Path == "/" || request.Path.StartsWithSegments("/json") || request.Path.StartsWithSegments("/devtools"));

    private bool IsOurPage(HttpRequest request)
    {
        // Browsers send Sec-Fetch-Site even without Origin, as for an image or a link. Other sites may only frame or link to the live view,
        // and link to the dashboard, which nobody may frame.
        var isNavigation = request.Headers["Sec-Fetch-Mode"] == "navigate";
        if (request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site && site.ToString() switch
        {
            "same-origin" => false,
            "none" => keys.IsEmpty && !isNavigation && !IsChromeDriver(request), // A typed address, or a request of an extension.
            _ => !((request.Path.StartsWithSegments("/live") || request.Path.StartsWithSegments(DashboardCookie.Dashboard))
                && HttpMethods.IsGet(request.Method)
                && isNavigation),
        })
            return false;
        return request.Headers.Origin is not { Count: > 0 } origin
            || (origin == DevTools && Upgrade.IsAsked(request) && request.Path.StartsWithSegments("/sessions"))
            || (Uri.TryCreate(origin.ToString(), UriKind.Absolute, out var url)
                && url.Scheme is "http" or "https"
                && (url.Authority == request.Host.Value || url.Authority == options.PublicUrl?.Authority));
    }
}
