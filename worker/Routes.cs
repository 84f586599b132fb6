using Microsoft.AspNetCore.Http.Features;
using SteelBrowser.Extras;
using SteelBrowser.Http;
using SteelBrowser.Sessions;
using Steelyard.Contract;

namespace SteelBrowser;

/// <summary>The worker API: passes each call to its handler, and builds the answer.</summary>
/// <param name="host">Holds the session.</param>
/// <param name="extras">The other calls about a session; null when the worker has no browser.</param>
/// <param name="time">The clock.</param>
internal sealed class Routes(ISessionHost host, SessionExtras? extras, TimeProvider time)
{
    private static readonly Reply Healthy = Reply.Text("ok");
    private static readonly Reply NoSuchPage = Reply.Error(StatusCodes.Status404NotFound, "no such page");
    private static readonly Reply OtherName = Reply.Error(
        StatusCodes.Status403Forbidden,
        "call this worker as localhost, 127.0.0.1 or [::1]: the Host header has another name");
    private static readonly string[] OurNames = ["localhost", "127.0.0.1", "[::1]"];
    private static readonly Reply Lost = Reply.Error(
        StatusCodes.Status503ServiceUnavailable,
        "the browser is lost, and this worker is stopping");
    private static readonly Reply NoBrowser = Reply.Error(StatusCodes.Status503ServiceUnavailable, "no browser is ready");

    public async ValueTask<Reply?> HandleAsync(HttpContext context)
    {
        var request = context.Request;

        // Only browsers send these headers. Without this check, a page of any site could control the worker through the browser that shows
        // the page. Over http, browsers send them only to host names that they regard as local. Other names can also lead to this machine,
        // so callers must use a local one.
        if (request.Headers.Origin.Count > 0 || request.Headers.ContainsKey("Sec-Fetch-Site"))
            return Reply.Forbidden;
        if (!OurNames.Contains(request.Host.Host, StringComparer.OrdinalIgnoreCase))
            return OtherName;
        var path = (request.Path.Value ?? "").TrimEnd('/');
        return path switch
        {
            "/health" => Only("GET", request) ?? Healthy,
            "/status" => Only("GET", request) ?? Status(),
            "/sessions" => Only("POST", request) ?? await CreateAsync(context),
            _ when path.StartsWith("/sessions/", StringComparison.Ordinal) => await SessionAsync(context, path["/sessions/".Length..]),
            "/json" => await DiscoverAsync(context, path),
            _ when path.StartsWith("/json/", StringComparison.Ordinal) => await DiscoverAsync(context, path),
            _ => NoSuchPage,
        };
    }

    private Reply Status()
    {
        // Read in this order, the two values are never "available" together with a session.
        var available = host.IsAvailable;
        var id = host.Session?.Id;
        return Reply.Json(StatusCodes.Status200OK, new WorkerStatus(available && id is null, id, host.Isolation).ToJson());
    }

    private async ValueTask<Reply> CreateAsync(HttpContext context)
    {
        ReadOnlyMemory<byte> data;
        try
        {
            data = await RequestBody.ReadJsonAsync(context.Request);
        }
        catch (BadHttpRequestException e)
        {
            return Reply.Error(
                e.StatusCode,
                e.StatusCode == StatusCodes.Status400BadRequest ? "the body is not JSON" : "the body is too large or arrives too slowly");
        }

        var headers = context.Request.Headers;
        var session = StoredSession.Create(
            data,
            time.GetUtcNow(),
            headers[RecordingNames.SessionHeader],
            RecordModes.Parse(headers[RecordingNames.ModeHeader]));
        return await host.TryCreateAsync(session, context.RequestAborted)
            ? Reply.Json(StatusCodes.Status201Created, session.Json) with { Location = "/sessions/" + session.Id }
            : NoBrowser;
    }

    private async ValueTask<Reply?> SessionAsync(HttpContext context, string path)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            return Session(context.Request, path);
        return extras is null ? NoSuchPage : await extras.HandleAsync(context, path[..slash], RawCall(context));
    }

    // The path as it was sent: a slash or a dot in a file name differs from one of the path only by its encoding.
    private static string RawCall(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return target.Split('?')[0].TrimEnd('/').Split('/', 4).ElementAtOrDefault(3) ?? "";
    }

    private Reply Session(HttpRequest request, string id)
    {
        if (HttpMethods.IsDelete(request.Method))
            return host.TryEnd(id) ? Reply.NoContent : Reply.NotFound;
        if (Only("GET", request, "GET, DELETE") is { } wrongMethod)
            return wrongMethod;
        return host.Session is { } session && session.Id == id
            ? Reply.Json(StatusCodes.Status200OK, session.Json)
            : host.HasLostBrowser ? Lost : Reply.NotFound;
    }

    private async ValueTask<Reply> DiscoverAsync(HttpContext context, PathString path)
    {
        var request = context.Request;
        if (!HttpMethods.IsPut(request.Method) && Only("GET", request, "GET, PUT") is { } wrongMethod)
            return wrongMethod;
        return await host.DiscoverAsync(request.Method, path.ToUriComponent() + request.QueryString.Value, context.RequestAborted)
            ?? NoBrowser;
    }

    private static Reply? Only(string method, HttpRequest request, string? allow = null) => request.Method == method
        ? null
        : Reply.Error(StatusCodes.Status405MethodNotAllowed, "this path does not support this method") with { Allow = allow ?? method };
}
