using System.Net;
using System.Net.Sockets;
using Steelyard.Sessions;
using Steelyard.Settings;
using Steelyard.WorkerHttp;
using Yarp.ReverseProxy.Forwarder;

namespace Steelyard.Dialects.Steel;

/// <summary>Forwards a request and its reply, of whatever size, between a client and a session's worker.</summary>
public sealed class WorkerForwarder(IHttpForwarder forwarder, Options options) : IDisposable
{
    // No connection is kept: the next one to the same port may be to another worker.
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

    /// <summary>Returns what went wrong; nothing has been sent to the client then unless its reply has begun.</summary>
    /// <param name="context">The client's request.</param>
    /// <param name="placement">Where the session lives.</param>
    /// <param name="path">Path below the worker's own path of the session, such as <c>/files</c>; escaped.</param>
    public async Task<ForwarderError> ForwardAsync(HttpContext context, Placement placement, string path)
    {
        var destination = $"http://127.0.0.1:{placement.Worker.Port}";
        return await forwarder.SendAsync(context, destination, worker, new() { ActivityTimeout = options.PageTimeout }, new ToWorker(placement.Worker.Client, placement.Lease.SessionPath + path));
    }

    /// <summary>
    /// Posts something of ours. Returns once the head of the reply is there; its body is still to be read, from the worker. Throws
    /// <see cref="HttpRequestException"/> when there is none.
    /// </summary>
    /// <param name="placement">Where the session lives.</param>
    /// <param name="path">As above.</param>
    /// <param name="json">The body.</param>
    /// <param name="deadline">Of the head.</param>
    public async Task<HttpResponseMessage> PostAsync(Placement placement, string path, ReadOnlyMemory<byte> json, CancellationToken deadline)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{placement.Worker.Port}{placement.Lease.SessionPath}{path}");
        request.Options.Set(ToWorker.Client, placement.Worker.Client);
        request.Content = new ReadOnlyMemoryContent(json) { Headers = { ContentType = new("application/json") } };
        return await worker.SendAsync(request, deadline);
    }

    public void Dispose() => worker.Dispose();

    /// <summary>Whether all that is passed on of the request's head can stand in one.</summary>
    public static bool CanForward(HttpRequest request) => HeadText.IsValue(request.Headers.ContentType.ToString()) && HeadText.IsValue(request.Headers.Accept.ToString());

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

        // Whose request it is, and from which page, is our business and not the worker's.
        private static readonly string[] Kept = ["Content-Type", "Content-Length", "Transfer-Encoding", "Accept"];

        // A worker sets no cookies on our origin, sends nobody elsewhere and lets no other page read.
        private static readonly string[] KeptOfReply = ["Content-Type", "Content-Length", "Content-Disposition", "Allow"];

        public override async ValueTask TransformRequestAsync(HttpContext context, HttpRequestMessage request, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(context, request, destinationPrefix, cancellationToken);
            request.RequestUri = new(destinationPrefix + HeadText.Escape(path + context.Request.QueryString));
            request.Headers.Host = null;
            request.Options.Set(Client, client);
            foreach (var name in request.Headers.Select(header => header.Key).Except(Kept, StringComparer.OrdinalIgnoreCase).ToList())
                request.Headers.Remove(name);
        }

        public override async ValueTask<bool> TransformResponseAsync(HttpContext context, HttpResponseMessage? reply, CancellationToken cancellationToken)
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
                response.StatusCode = StatusCodes.Status502BadGateway; // Its error, and none of ours.
            return hasBody;
        }
    }
}
