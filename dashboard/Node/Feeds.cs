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

    public KeyFeeds(HttpClient http, TimeProvider time)
    {
        this.http = http;
        Api = new(http);
        Status = new(Api.StatusAsync, TimeSpan.FromSeconds(1), time);
        Readiness = new(Api.ReadinessAsync, TimeSpan.FromSeconds(2), time);
        Sessions = new(Api.SessionsAsync, TimeSpan.FromSeconds(2), time);
        Workers = new(Api.WorkersAsync, TimeSpan.FromSeconds(2), time);
        Series = new(Api.SeriesAsync, TimeSpan.FromSeconds(10), time);
        Events = new(Api, time);
    }

    public NodeApi Api { get; }

    public Feed<NodeStatus> Status { get; }

    public Feed<Readiness> Readiness { get; }

    public Feed<LiveSessions> Sessions { get; }

    public Feed<NodeWorkers> Workers { get; }

    public Feed<Series> Series { get; }

    public LastEvents Events { get; }

    public void Dispose() => http.Dispose();
}
