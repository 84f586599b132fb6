namespace Steelyard.Api;

/// <summary>
/// Keeps web pages of other sites out: browsers name the page's origin, and no ordinary client sends one. Without this any page a person
/// opens could drive the sessions on that person's machine.
/// </summary>
public sealed class OriginGuard(RequestDelegate next, Options options)
{
    public Task InvokeAsync(HttpContext context) => IsAllowed(context.Request)
        ? next(context)
        : Problem.WriteAsync(context, StatusCodes.Status403Forbidden, "Pages of other sites may not call this address: the Origin header names another host.");

    private bool IsAllowed(HttpRequest request)
    {
        if (request.Headers.Origin is not [{ Length: > 0 } origin])
            return true;
        return Uri.TryCreate(origin, UriKind.Absolute, out var url)
            && (url.Authority == request.Host.Value || url.Authority == options.PublicUrl?.Authority);
    }
}
