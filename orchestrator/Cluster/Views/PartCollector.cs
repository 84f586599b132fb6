using System.Text.Json;
using System.Text.Json.Nodes;
using Steelyard.Fabric;
using Steelyard.Http;
using Steelyard.Settings;

namespace Steelyard.Cluster.Views;

/// <summary>Asks all nodes, this one included, the same question in the name of the caller.</summary>
internal sealed class PartCollector(IFabric fabric, PeerForwarder peers, Options options, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    // A node's list of 10,000 sessions has about 4 MB.
    private const int MostBytes = 64 << 20;

    /// <summary>
    /// Returns the answers, and the names of the nodes that did not answer in time. An answer that is not JSON counts as none.
    /// </summary>
    /// <param name="context">The request of the caller.</param>
    /// <param name="pathAndQuery">What to ask; null for the same as the request.</param>
    public async Task<Parts> AskAsync(HttpContext context, string? pathAndQuery = null)
    {
        var path = pathAndQuery ?? context.Request.Path.ToUriComponent() + context.Request.QueryString.ToUriComponent();
        var known = fabric.Peers.ToList();
        var asked = known.FindAll(peer => peer.IsReachable);
        var answers = await Task.WhenAll(asked
            .ConvertAll(peer => (peer.State.Name, peer.State.Address))
            .Append((options.NodeName, PeerListener.AddressOf(options)))
            .Select(node => TryAskAsync(context, node.Item1, node.Item2, path)));
        return new(
            [.. answers.OfType<Part>()],
            [
                .. known.Except(asked).Select(peer => peer.State.Name),
                .. answers.Zip([.. asked.Select(peer => peer.State.Name), options.NodeName])
                    .Where(pair => pair.First is null).Select(pair => pair.Second),
            ]);
    }

    private async Task<Part?> TryAskAsync(HttpContext context, string name, string address, string path)
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.RequestAborted);
        try
        {
            using var request = new HttpRequestMessage(new(context.Request.Method), $"https://{address}{path}");
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
