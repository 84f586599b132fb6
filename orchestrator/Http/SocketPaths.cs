namespace Steelyard.Http;

/// <summary>A WebSocket to the path of a session is a WebSocket to its browser, as one to <c>/sessions/ID/cdp</c>.</summary>
public sealed class SocketPaths(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Headers.Upgrade.Count > 0 && Upgrade.IsAsked(context.Request))
        {
            var names = context.Request.Path.Value!.TrimEnd('/').Split('/');
            if (names is ["", "sessions", _] or ["", "v1", "sessions", _])
                context.Request.Path = new($"/sessions/{names[^1]}/cdp");
        }

        return next(context);
    }
}
