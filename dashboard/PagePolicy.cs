namespace Steelyard.Dashboard;

/// <summary>
/// Limits what a page of the dashboard may do: it loads nothing from elsewhere, and no other site frames it. Titles, addresses and console
/// text come from hostile pages. Blazor writes them as text; this is the second guard.
/// </summary>
internal sealed class PagePolicy(RequestDelegate next)
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        + "connect-src 'self'; frame-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        return next(context);
    }
}
