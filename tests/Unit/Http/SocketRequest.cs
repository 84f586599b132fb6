using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Steelyard.Http;

namespace Steelyard.Tests.Unit.Http;

/// <summary>A WebSocket's opening handshake, as a handler sees it.</summary>
internal static class SocketRequest
{
    /// <param name="pattern">The route.</param>
    /// <param name="path">The path.</param>
    /// <param name="id">The part of the path that the route calls id; null for none.</param>
    /// <param name="query">The query.</param>
    public static DefaultHttpContext Make(string pattern, string path, string? id, string query)
    {
        var context = new DefaultHttpContext { Request = { Method = "GET", Path = path, QueryString = new(query) } };
        context.Features.Set<IHttpUpgradeFeature>(new Upgradable());
        context.Request.Headers.Upgrade = "websocket";
        context.Request.Headers.SecWebSocketKey = "dGhlIHNhbXBsZSBub25jZQ==";
        context.Request.Headers.SecWebSocketVersion = "13";
        if (id is not null)
            context.Request.RouteValues["id"] = id;
        context.SetEndpoint(new RouteEndpointBuilder(_ => Task.CompletedTask, RoutePatternFactory.Parse(pattern), 0)
        {
            Metadata = { GetEffect.Connects },
        }.Build());
        return context;
    }

    private sealed class Upgradable : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => true;

        public Task<Stream> UpgradeAsync() => throw new NotSupportedException();
    }
}
