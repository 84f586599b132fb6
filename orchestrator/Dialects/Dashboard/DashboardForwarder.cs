using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Steelyard.Http;
using Steelyard.Sessions;
using Yarp.ReverseProxy.Forwarder;

namespace Steelyard.Dialects.Dashboard;

/// <summary>Forwards a request to the dashboard's process, with its caller.</summary>
internal sealed class DashboardForwarder(IHttpForwarder forwarder, DashboardProcess process, IServer server) : IDisposable
{
    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = Timeout.InfiniteTimeSpan };

    private HttpMessageInvoker? invoker;

    /// <summary>Returns why the request could not be forwarded, or null. In that case nothing has been sent to the client.</summary>
    /// <param name="context">The request.</param>
    /// <param name="key">The key of its caller; null on a node without keys.</param>
    public async Task<string?> ForwardAsync(HttpContext context, string? key)
    {
        var error = await forwarder.SendAsync(
            context, "http://dashboard", invoker ??= new(Handler(OwnUrl())), Config, new ToDashboard(key, context.Caller()));
        return error == ForwarderError.None || context.Response.HasStarted ? null
            : context.GetForwarderErrorFeature()?.Exception is { } e ? (e.InnerException ?? e).Message
            : error.ToString();
    }

    public void Dispose() => invoker?.Dispose();

    private SocketsHttpHandler Handler(string node) => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectCallback = async (_, cancellationToken) => await process.ConnectAsync(node, cancellationToken),
    };

    // The dashboard calls the node like any other client of this machine.
    private string OwnUrl()
    {
        var url = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
        var isAny = IPAddress.TryParse(url.Host.Trim('[', ']'), out var address)
            && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));
        return isAny ? $"{url.Scheme}://127.0.0.1:{url.Port}" : url.GetLeftPart(UriPartial.Authority);
    }

    private sealed class ToDashboard(string? key, Caller caller) : HttpTransformer
    {
        private const string KeyHeader = "X-Steelyard-Key";
        private const string NameHeader = "X-Steelyard-Name";
        private const string OperatorHeader = "X-Steelyard-Operator";

        public override async ValueTask TransformRequestAsync(
            HttpContext context, HttpRequestMessage request, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(context, request, destinationPrefix, cancellationToken);
            foreach (var name in new[] { KeyHeader, NameHeader, OperatorHeader, "Cookie", "Authorization", "x-api-key", "steel-api-key" })
                request.Headers.Remove(name);
            if (key is not null)
                request.Headers.TryAddWithoutValidation(KeyHeader, key);
            request.Headers.TryAddWithoutValidation(NameHeader, caller.Name ?? "");
            request.Headers.TryAddWithoutValidation(OperatorHeader, caller.IsOperator ? "true" : "false");
            request.Headers.Host = context.Request.Host.Value; // Blazor builds addresses from it.
            request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", context.Request.Scheme);
        }
    }
}
