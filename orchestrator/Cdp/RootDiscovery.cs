using System.Text.Json.Nodes;
using Steelyard.Http;
using Steelyard.Settings;
using Steelyard.WorkerHttp;

namespace Steelyard.Cdp;

/// <summary>
/// DevTools discovery for workers that serve only the WebSocket of the whole browser. Clients get its address, which is all they need to
/// connect.
/// </summary>
public sealed class RootDiscovery(WorkerProtocol workers, Options options)
{
    /// <summary>
    /// Returns the handler for workers with discovery. For others, returns one that tells clients the address of the root's WebSocket.
    /// </summary>
    internal RequestDelegate OrSocket(string path, RequestDelegate handler) => workers.BrowserPath is null ? handler : context =>
        WriteAsync(context, path, $"{PublicAddress.Of(context.Request, options).WebSocketOrigin}/");

    /// <param name="context">The request.</param>
    /// <param name="path">The requested path, such as <c>/json/version</c>.</param>
    /// <param name="socket">The WebSocket to connect to, without a key.</param>
    public static Task WriteAsync(HttpContext context, string path, string socket) => path == "/json/version"
        ? context.Response.WriteAsJsonAsync(new JsonObject { ["webSocketDebuggerUrl"] = socket + context.KeyQuery() })
        : Problem.WriteAsync(
            context,
            StatusCodes.Status501NotImplemented,
            $"These workers have no {path}, only the WebSocket of the whole browser: connect to {socket}.");
}
