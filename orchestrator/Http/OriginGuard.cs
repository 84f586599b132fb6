using System.Net;
using Steelyard.Settings;

namespace Steelyard.Http;

/// <summary>
/// Keeps web pages of other sites out: without this any page a person opens could drive the sessions on that person's machine. Browsers
/// name the page's origin, and no ordinary client does. A page can also give its own host name our address (DNS rebinding) and so look
/// like ours: without a key to show, callers must use an address or a name that is known to be ours. And a browser names nothing in a GET
/// to a host that it does not count as its own machine: such a GET must not change anything (decision 0009).
/// </summary>
public sealed class OriginGuard(RequestDelegate next, KeyRing keys, Options options)
{
    // Where browsers tell of every request that a page sends it.
    private static readonly string[] OwnMachine = ["127.0.0.1", "[::1]", "localhost"];

    private static readonly string[] OfPages = ["Origin", "Sec-Fetch-Site", "Referer"];

    // The browser may have called us by another name than the proxy does. What a trusted proxy has told is renamed before we see it.
    private static readonly string[] OfProxies =
    [
        "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Original-For", "X-Original-Host", "X-Original-Proto", "X-Real-IP", "Forwarded", "Via",
    ];

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (keys.IsEmpty && !IsOurName(request.Host.Host))
            return RefuseAsync(context, $"This node does not know itself as '{request.Host.Host}'. Use its IP address or localhost, or start it with --allow-host, --public-url or --api-key.");
        if (!IsOurPage(request))
            return RefuseAsync(context, "Pages of other sites may not call this address: a header (Origin, Sec-Fetch-Site) names another one.");
        if (keys.IsEmpty && IsChangingGet(context) && !IsSurelyNoPage(request))
            return RefuseAsync(context, "Without a key a GET that changes something is served only to a program that calls this node directly, as 127.0.0.1, [::1] or localhost: elsewhere nobody can tell whether a web page has sent it. Call it so, end a session with DELETE /sessions/ID, or start the node with --api-key.");
        return next(context);
    }

    private static Task RefuseAsync(HttpContext context, string why) => Problem.WriteAsync(context, StatusCodes.Status403Forbidden, why);

    private static bool IsChangingGet(HttpContext context) => (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        && context.GetEndpoint() is RouteEndpoint route
        && (route.Metadata.GetMetadata<GetEffect>() ?? GetEffect.Changes) == GetEffect.Changes;

    private static bool IsSurelyNoPage(HttpRequest request) => OwnMachine.Contains(request.Host.Host, StringComparer.OrdinalIgnoreCase)
        && !OfPages.Any(request.Headers.ContainsKey)
        && !OfProxies.Any(request.Headers.ContainsKey);

    private bool IsOurName(string host)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out var address))
            return !IsStandIn(address);
        return host.Length == 0
            || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.Equals(options.PublicUrl?.Host, StringComparison.OrdinalIgnoreCase)
            || options.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase);
    }

    // Addresses that lead to another one: 0.0.0.0 and [::] to this machine, [::ffff:127.0.0.1] to 127.0.0.1. No client needs them, and
    // browsers tell nothing there.
    private static bool IsStandIn(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return address.IsIPv4MappedToIPv6 || (bytes.Length == 4 ? bytes[0] == 0 : !bytes.AsSpan().ContainsAnyExcept((byte)0));
    }

    private bool IsOurPage(HttpRequest request)
    {
        // Sent by browsers even where there is no Origin, as with an image or a link. Only the live view may be framed or linked to.
        var isNavigation = request.Headers["Sec-Fetch-Mode"] == "navigate";
        if (request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site && site.ToString() switch
        {
            "same-origin" => false,
            "none" => keys.IsEmpty && !isNavigation, // An address typed by hand, and whatever an extension asks.
            _ => !(request.Path.StartsWithSegments("/live") && HttpMethods.IsGet(request.Method) && isNavigation),
        })
            return false;
        return request.Headers.Origin is not { Count: > 0 } origin
            || (Uri.TryCreate(origin.ToString(), UriKind.Absolute, out var url)
                && url.Scheme is "http" or "https"
                && (url.Authority == request.Host.Value || url.Authority == options.PublicUrl?.Authority));
    }
}
