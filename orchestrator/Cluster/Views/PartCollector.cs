using System.Text.Json;
using System.Text.Json.Nodes;
using Steelyard.Fabric;
using Steelyard.Http;
using Steelyard.Settings;

namespace Steelyard.Cluster.Views;

/// <summary>Asks all nodes the same question in the name of the caller.</summary>
internal sealed class PartCollector(IFabric fabric, PeerForwarder peers, Options options, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    // A node's list of 10,000 sessions has about 4 MB.
    private const int MostBytes = 64 << 20;

    /// <summary>
    /// Asks all nodes, this one included. Returns the answers, and the names of the nodes that did not answer in time. An answer that is
    /// not JSON counts as none.
    /// </summary>
    /// <param name="context">The request of the caller.</param>
    /// <param name="pathAndQuery">What to ask; null for the same as the request.</param>
    public Task<Parts> AskAsync(HttpContext context, string? pathAndQuery = null) => AskAsync(
        context,
        new(context.Request.Method),
        pathAndQuery ?? context.Request.Path.ToUriComponent() + context.Request.QueryString.ToUriComponent(),
        [(options.NodeName, PeerListener.AddressOf(options))]);

    /// <summary>Reads from all nodes but this one.</summary>
    public Task<Parts> AskOthersAsync(HttpContext context, string pathAndQuery) =>
        AskAsync(context, HttpMethod.Get, pathAndQuery, []);

    private async Task<Parts> AskAsync(HttpContext context, HttpMethod method, string path, (string Name, string Address)[] own)
    {
        var known = fabric.Peers.ToList();
        (string Name, string Address)[] asked =
            [.. known.Where(peer => peer.IsReachable).Select(peer => (peer.State.Name, peer.State.Address)), .. own];
        var answers = await Task.WhenAll(asked.Select(node => TryAskAsync(context, node.Name, node.Address, method, path)));
        return new(
            [.. answers.OfType<Part>()],
            [
                .. known.Select(peer => peer.State.Name).Except(asked.Select(node => node.Name)),
                .. answers.Zip(asked).Where(pair => pair.First is null).Select(pair => pair.Second.Name),
            ]);
    }

    private async Task<Part?> TryAskAsync(HttpContext context, string name, string address, HttpMethod method, string path)
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.RequestAborted);
        try
        {
            using var request = new HttpRequestMessage(method, $"https://{address}{path}");
            PeerRequest.Introduce(context, request);
            request.Headers.TryAddWithoutValidation(PeerRequest.PartHeader, "1");
            request.Headers.Host = context.Request.Host.Value;
            using var reply = await peers.Http.SendAsync(request, over.Token);
            var body = await ReadAsync(reply.Content, over.Token);
            return new(name, (int)reply.StatusCode, body.Length == 0 ? null : JsonNode.Parse(body));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException
            || (e is OperationCanceledException && !context.RequestAborted.IsCancellationRequested))
        {
            return null;
        }
    }

    private static async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await content.LoadIntoBufferAsync(MostBytes, cancellationToken);
        return await content.ReadAsByteArrayAsync(cancellationToken);
    }
}

/// <param name="Answers">One for each node that answered.</param>
/// <param name="Missing">Names of those that did not.</param>
internal sealed record Parts(IReadOnlyList<Part> Answers, IReadOnlyList<string> Missing)
{
    /// <summary>The entries of a list in all answers with status 200, each with the name of its node.</summary>
    public List<(string Node, JsonNode Entry)> Entries(string list) =>
        [.. Answers.Where(part => part.Status == StatusCodes.Status200OK).SelectMany(part => Take(part, list))];

    private static List<(string Node, JsonNode Entry)> Take(Part part, string list)
    {
        var array = list.Length == 0 ? part.Body as JsonArray : part.Body?[list] as JsonArray;
        var entries = (array ?? []).OfType<JsonNode>().ToList();
        array?.Clear(); // A node of a tree cannot be put into another one.
        return entries.ConvertAll(entry => (part.Node, entry));
    }
}

/// <param name="Node">Name of the node.</param>
/// <param name="Status">HTTP status of its answer.</param>
/// <param name="Body">Its answer; null when it is empty.</param>
internal sealed record Part(string Node, int Status, JsonNode? Body);
