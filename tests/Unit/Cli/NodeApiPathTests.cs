using Steelyard.Client;

namespace Steelyard.Tests.Unit.Cli;

/// <summary>Which calls go to the node that is meant.</summary>
public sealed class NodeApiPathTests
{
    [Theory]
    [InlineData(null, "/status", "/status")]
    [InlineData("n2", "/status", "/status?node=n2")]
    [InlineData("n2", "/events?after=7", "/events?after=7&node=n2")]
    [InlineData("a&b", "/workers/w1", "/workers/w1?node=a%26b")]
    public void A_name_becomes_part_of_the_query(string? node, string path, string expected) =>
        Assert.Equal(expected, new NodeApi(new HttpClient()).At(node).Of(path));

    [Fact]
    public async Task Lists_of_all_nodes_and_calls_for_sessions_name_none()
    {
        var seen = new Recorder();
        var api = new NodeApi(new(seen) { BaseAddress = new("http://node/") }).At("n2");
        await api.SessionsAsync(TestContext.Current.CancellationToken);
        await api.NodesAsync(TestContext.Current.CancellationToken);
        await api.ReleaseAsync("s");
        await api.DrainAsync("n 3", TestContext.Current.CancellationToken);
        await api.StopWorkerAsync("w1");
        await api.WorkersAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            ["/sessions", "/nodes", "/sessions/s", "/nodes/n%203", "/workers/w1?node=n2", "/workers?node=n2"],
            seen.Paths);
    }

    [Fact]
    public async Task A_silent_node_is_no_node_that_is_not_ready()
    {
        var api = new NodeApi(new(new Recorder { Status = 503 }) { BaseAddress = new("http://node/") }).At("n3");
        var e = await Assert.ThrowsAsync<NodeException>(() => api.ReadinessAsync(TestContext.Current.CancellationToken));
        Assert.Equal((503, "Node n3 does not answer. Retry."), (e.Status, e.Message));
    }

    private sealed class Recorder : HttpMessageHandler
    {
        public int Status { get; init; } = 200;

        public List<string> Paths { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Paths.Add(request.RequestUri!.PathAndQuery);
            return Task.FromResult(new HttpResponseMessage((System.Net.HttpStatusCode)Status)
            {
                Content = Status == 200
                    ? new StringContent("{}", null, "application/json")
                    : new StringContent("""{"detail":"Node n3 does not answer. Retry."}""", null, "application/problem+json"),
            });
        }
    }
}
