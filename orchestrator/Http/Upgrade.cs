using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Steelyard.Connections;
using Steelyard.WorkerHttp;

namespace Steelyard.Http;

/// <summary>The client's side of a WebSocket's opening handshake (RFC 6455 §4.2). The browser gives the answer.</summary>
public static class Upgrade
{
    private static readonly string[] PassedToClient = ["Sec-WebSocket-Accept", "Sec-WebSocket-Protocol"];

    public static bool IsAsked(HttpRequest request) =>
        request.HttpContext.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
        && string.Equals(request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase)
        && request.Headers.SecWebSocketKey.Count == 1
        && request.Headers.SecWebSocketVersion == "13"
        && HeadText.IsValue(request.Headers.SecWebSocketKey.ToString())
        && HeadText.IsValue(request.Headers.SecWebSocketProtocol.ToString());

    /// <summary>
    /// Answers 101 with the browser's headers and returns the connection as a stream. Null when there are too many upgraded connections.
    /// </summary>
    public static async Task<Stream?> TryAcceptAsync(HttpContext context, Dictionary<string, string> answer)
    {
        context.Response.Headers.Upgrade = "websocket";
        foreach (var name in PassedToClient)
        {
            if (answer.TryGetValue(name, out var value))
                context.Response.Headers[name] = value;
        }

        // A slow reader slows down the browser and is not disconnected.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        try
        {
            var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
            context.Features.Get<ClientConnection>()?.Attach();
            return stream;
        }
        catch (InvalidOperationException)
        {
            return null; // Kestrel throws this when the limit is reached.
        }
    }
}
