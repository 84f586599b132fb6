using System.Globalization;
using System.Net;
using Steelyard.Fabric;
using Steelyard.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Steelyard.Cluster;

/// <summary>Forwards requests to other nodes, WebSockets included.</summary>
internal sealed class PeerForwarder(IHttpForwarder forwarder, ClusterCertificate certificate) : IDisposable
{
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(2);

    // A WebSocket may be silent for hours. Requests end when their node does not answer any more: see Peer.Lost.
    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = Timeout.InfiniteTimeSpan };

    /// <summary>Calls other nodes.</summary>
    public HttpMessageInvoker Http { get; } = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = ConnectTime,
        SslOptions = certificate.AsClient(),
    });

    /// <summary>Sends the request to a node, and its answer to the client.</summary>
    /// <param name="context">The request.</param>
    /// <param name="peer">The node.</param>
    /// <param name="reservation">The place that the node keeps for a create; null for none.</param>
    public async Task<Forwarded> SendAsync(HttpContext context, Peer peer, Guid? reservation = null)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, peer.Lost);
        var transformer = new ToPeer(reservation);
        var error = await forwarder.SendAsync(context, $"https://{peer.State.Address}", Http, Config, transformer, over.Token);
        if (transformer.Elsewhere is not null || error != ForwarderError.None)
            Reset(context.Response);
        if (transformer.Elsewhere is { } node)
            return new(ForwardOutcome.Elsewhere, node);
        return error == ForwarderError.None || context.Response.HasStarted ? new(ForwardOutcome.Answered)
            : context.RequestAborted.IsCancellationRequested ? new(ForwardOutcome.Left)
            : new(ForwardOutcome.Failed);
    }

    // The forwarder sets a status for what has failed, and refuses a response that has one: the next node could not be tried.
    private static void Reset(HttpResponse response)
    {
        if (!response.HasStarted)
            response.StatusCode = StatusCodes.Status200OK;
    }

    public void Dispose() => Http.Dispose();

    private sealed class ToPeer(Guid? reservation) : HttpTransformer
    {
        public int? Elsewhere { get; private set; }

        public override async ValueTask TransformRequestAsync(
            HttpContext context, HttpRequestMessage request, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(context, request, destinationPrefix, cancellationToken);
            PeerRequest.Introduce(context, request);
            request.Headers.Host = context.Request.Host.Value; // Addresses in the answer lead the client back to us.
            if (reservation is { } id)
                request.Headers.TryAddWithoutValidation(PeerRequest.ReservationHeader, id.ToString());
        }

        public override ValueTask<bool> TransformResponseAsync(
            HttpContext context, HttpResponseMessage? response, CancellationToken cancellationToken)
        {
            if (response?.StatusCode == HttpStatusCode.MisdirectedRequest
                && response.Headers.TryGetValues(PeerRequest.ElsewhereHeader, out var nodes)
                && int.TryParse(nodes.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var node))
            {
                Elsewhere = node;
                return ValueTask.FromResult(false);
            }

            context.Response.Headers.Remove("X-Request-Id"); // The answer has that of the node which served it.
            return base.TransformResponseAsync(context, response, cancellationToken);
        }
    }
}

/// <param name="Outcome">What became of it.</param>
/// <param name="Node">With <see cref="ForwardOutcome.Elsewhere"/>: the number of the node that must serve it.</param>
internal readonly record struct Forwarded(ForwardOutcome Outcome, int Node = -1);

internal enum ForwardOutcome
{
    /// <summary>The client has an answer, or the beginning of one.</summary>
    Answered,

    /// <summary>The client has left.</summary>
    Left,

    /// <summary>The node did not answer. Nothing has been sent to the client.</summary>
    Failed,

    /// <summary>The node says that another one must serve the request. Nothing has been sent to the client.</summary>
    Elsewhere,
}
