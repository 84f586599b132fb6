using System.Text;
using Steelyard.Cdp;
using Steelyard.Http;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Dialects.Connect;

/// <summary>The DevTools targets of a session, such as its pages, with addresses that lead through this node.</summary>
public sealed class SessionTargets(SessionCalls calls, Options options)
{
    /// <summary>
    /// Asks the session's browser. Returns null when it does not answer, or gives an invalid answer, or one of more than
    /// <paramref name="most"/> bytes. Throws what <see cref="SessionCalls"/> throws.
    /// </summary>
    internal async Task<IReadOnlyList<DevToolsTarget>?> FindAsync(
        HttpContext context, Session session, string method, string path, int most = int.MaxValue)
    {
        var placement = await calls.PlaceAsync(session);
        if ((await CdpAddress.FindAsync(placement)).Address is not { } address)
            return null;
        using var reply = await SessionCalls.DiscoverAsync(session, placement, method, path);
        if (!reply.IsSuccess || reply.Body.Length > most)
            return null;
        var prefix = $"{PublicAddress.Of(context.Request, options).WebSocketOrigin}/sessions/{session.Id}";
        return DevToolsTarget.Parse(Discovery.Rewrite(reply.Body, prefix, context.KeyQuery(), address).Span);
    }

    public static Task WriteAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json; charset=UTF-8";
        var body = Encoding.UTF8.GetBytes(json);
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body).AsTask();
    }
}
