using System.Net;
using System.Net.Sockets;
using Steelyard.Sessions;
using Steelyard.Settings;
using Steelyard.WorkerHttp;
using Yarp.ReverseProxy.Forwarder;

namespace Steelyard.Dialects.Steel;

/// <summary>Forwards a request and its reply, of any size, between a client and a session's worker.</summary>
public sealed class WorkerForwarder(IHttpForwarder forwarder, Options options) : IDisposable
{
    // Connections are not kept open: the next one to the same port may be to another worker.
    private readonly HttpMessageInvoker worker = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = options.WorkerTimeout,
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = ConnectAsync,
    });

    /// <summary>
    /// Forwards a request and its reply. Returns the error, if any; in that case nothing has been sent to the client unless its reply has
    /// begun.
    /// </summary>
    /// <param name="context">The client's request.</param>
    /// <param name="placement">Where the session lives.</param>
    /// <param name="path">Path below the session's path on the worker, such as <c>/files</c>; percent-encoded.</param>
    public async Task<ForwarderError> ForwardAsync(HttpContext context, Placement placement, string path)
    {
        var destination = $"http://127.0.0.1:{placement.Worker.Port}";
        return await forwarder.SendAsync(
            context,
            destination,
            worker,
            new() { ActivityTimeout = options.PageTimeout },
            new ToWorker(placement.Worker.Client, placement.Lease.SessionPath + path));
    }

    /// <summary>
    /// Posts a request of this node. Returns when the head of the reply has arrived; the caller reads the body from the worker. Throws
    /// <see cref="HttpRequestException"/> when there is no reply.
    /// </summary>
    /// <param name="placement">Where the session lives.</param>
    /// <param name="path">Path below the session's path on the worker; percent-encoded.</param>
    /// <param name="json">The body.</param>
    /// <param name="deadline">Cancelled at the deadline for the head.</param>
    public async Task<HttpResponseMessage> PostAsync(
        Placement placement, string path, ReadOnlyMemory<byte> json, CancellationToken deadline)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, $"http://127.0.0.1:{placement.Worker.Port}{placement.Lease.SessionPath}{path}");
        request.Options.Set(ToWorker.Client, placement.Worker.Client);
        request.Content = new ReadOnlyMemoryContent(json) { Headers = { ContentType = new("application/json") } };
        return await worker.SendAsync(request, deadline);
    }

    public void Dispose() => worker.Dispose();

    /// <summary>Whether the header values that are passed on are valid in the head of a request.</summary>
    public static bool CanForward(HttpRequest request) =>
        HeadText.IsValue(request.Headers.ContentType.ToString()) && HeadText.IsValue(request.Headers.Accept.ToString());

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return context.InitialRequestMessage.Options.TryGetValue(ToWorker.Client, out var client)
                ? new WorkerStream(socket, client)
                : throw new InvalidOperationException("the request does not say to which worker it goes");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class ToWorker(WorkerClient client, string path) : HttpTransformer
    {
        public static readonly HttpRequestOptionsKey<WorkerClient> Client = new("worker");

        // The worker must not learn whose request it is, or from which page.
        private static readonly string[] Kept = ["Content-Type", "Content-Length", "Transfer-Encoding", "Accept"];

        // A worker must not set cookies on our origin, redirect clients or let other pages read the reply.
        private static readonly string[] KeptOfReply = ["Content-Type", "Content-Length", "Content-Disposition", "Allow"];

        public override async ValueTask TransformRequestAsync(
            HttpContext context, HttpRequestMessage request, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(context, request, destinationPrefix, cancellationToken);
            request.RequestUri = new(destinationPrefix + HeadText.Escape(path + context.Request.QueryString));
            request.Headers.Host = null;
            request.Options.Set(Client, client);
            foreach (var name in request.Headers.Select(header => header.Key).Except(Kept, StringComparer.OrdinalIgnoreCase).ToList())
                request.Headers.Remove(name);
        }

        public override async ValueTask<bool> TransformResponseAsync(
            HttpContext context, HttpResponseMessage? reply, CancellationToken cancellationToken)
        {
            var response = context.Response;
            var ours = response.Headers.Keys.ToList();
            var hasBody = await base.TransformResponseAsync(context, reply, cancellationToken);
            foreach (var name in response.Headers.Keys.Except(ours).Except(KeptOfReply, StringComparer.OrdinalIgnoreCase).ToList())
                response.Headers.Remove(name);
            if (response.ContentType is { } type)
                response.ContentType = PassedContentType.Of(type);
            response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
            if (response.StatusCode == StatusCodes.Status500InternalServerError)
                response.StatusCode = StatusCodes.Status502BadGateway; // The error is the worker's, not ours.
            return hasBody;
        }
    }
}
