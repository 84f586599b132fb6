using System.Net;

namespace Steelyard.Api;

/// <summary>
/// Keeps web pages of other sites out: without this any page a person opens could drive the sessions on that person's machine. Browsers
/// name the page's origin, and no ordinary client does. A page can also give its own host name our address (DNS rebinding) and so look
/// like ours: without a key to show, callers must use an address or a name that is known to be ours.
/// </summary>
public sealed class OriginGuard(RequestDelegate next, KeyRing keys, Options options)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (!IsOurName(context.Request.Host.Host))
            return Problem.WriteAsync(context, StatusCodes.Status403Forbidden, $"This node does not know itself as '{context.Request.Host.Host}'. Use an IP address or localhost, or start it with --allow-host, --public-url or --api-key.");
        return IsOurPage(context.Request) ? next(context) : Problem.WriteAsync(context, StatusCodes.Status403Forbidden, "Pages of other sites may not call this address: a header (Origin, Sec-Fetch-Site) names another one.");
    }

    private bool IsOurName(string host) => !keys.IsEmpty
        || host.Length == 0
        || IPAddress.TryParse(host.Trim('[', ']'), out _)
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.Equals(options.PublicUrl?.Host, StringComparison.OrdinalIgnoreCase)
        || options.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase);

    private bool IsOurPage(HttpRequest request)
    {
        // Sent by browsers even where there is no Origin, as with an image or a link. Only the live view may be framed or linked to.
        if (request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site"
            && !(request.Path.StartsWithSegments("/live") && HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Mode"] == "navigate"))
            return false;
        if (request.Headers.Origin is not [{ Length: > 0 } origin])
            return true;
        return Uri.TryCreate(origin, UriKind.Absolute, out var url)
            && (url.Authority == request.Host.Value || url.Authority == options.PublicUrl?.Authority);
    }
}
