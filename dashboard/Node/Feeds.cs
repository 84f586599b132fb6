using System.Collections.Concurrent;
using Steelyard.Client;

namespace Steelyard.Dashboard.Node;

/// <summary>What the holders of each key look at. All who look with the same key share their questions to the node.</summary>
internal sealed class Feeds(NodeAddress node, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<string, KeyFeeds> known = new();

    /// <summary>The feeds of a key; an empty key on a node without keys.</summary>
    public KeyFeeds Of(string? key) => known.GetOrAdd(key ?? "", _ => new(Client(key), time));

    /// <summary>The node's API with this key.</summary>
    public NodeApi ApiOf(string? key) => Of(key).Api;

    public void Dispose()
    {
        foreach (var (_, feeds) in known)
            feeds.Dispose();
    }

    private HttpClient Client(string? key)
    {
        var handler = new SocketsHttpHandler { UseCookies = false, UseProxy = false, AllowAutoRedirect = false };

        // The node has started this process, on this machine. Its certificate is for a name by which others know it.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        var http = new HttpClient(handler)
        {
            BaseAddress = node.Url,
            Timeout = TimeSpan.FromSeconds(10),
        };
        if (key is not null)
            http.DefaultRequestHeaders.Add("x-api-key", key);
        return http;
    }
}

/// <summary>What the holders of one key look at.</summary>
internal sealed class KeyFeeds : IDisposable
{
    private readonly HttpClient http;
    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<string, NodeFeeds> others = new();

    public KeyFeeds(HttpClient http, TimeProvider time)
    {
        (this.http, this.time) = (http, time);
        Api = new(http);
        Nodes = new(Api.NodesAsync, TimeSpan.FromSeconds(2), time);
        Sessions = new(Api.SessionsAsync, TimeSpan.FromSeconds(2), time);
        Workers = new(Api.WorkersAsync, TimeSpan.FromSeconds(2), time);
        Here = new(Api, time);
    }

    public NodeApi Api { get; }

    public Feed<ClusterNodes> Nodes { get; }

    public Feed<LiveSessions> Sessions { get; }

    public Feed<NodeWorkers> Workers { get; }

    /// <summary>The node that has started this process.</summary>
    public NodeFeeds Here { get; }

    /// <summary>A node of the cluster, by its name. A name that no node has gets the feeds of this one.</summary>
    public NodeFeeds At(string? name) =>
        name is not null && Nodes.Latest?.Nodes.Any(node => node.Name == name && !node.IsSelf) == true
            ? others.GetOrAdd(name, _ => new(Api.At(name), time))
            : Here;

    public void Dispose() => http.Dispose();
}

/// <summary>What a node tells of itself alone.</summary>
internal sealed class NodeFeeds(NodeApi api, TimeProvider time)
{
    public Feed<NodeStatus> Status { get; } = new(api.StatusAsync, TimeSpan.FromSeconds(1), time);

    public Feed<Readiness> Readiness { get; } = new(api.ReadinessAsync, TimeSpan.FromSeconds(2), time);

    public Feed<Series> Series { get; } = new(api.SeriesAsync, TimeSpan.FromSeconds(10), time);

    public LastEvents Events { get; } = new(api, time);
}
