using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Steelyard.Processes;
using Steelyard.Tests.Functional.Tables;

namespace Steelyard.Tests.Functional.Cluster;

/// <summary>Sessions of a lost node are created anew on another one.</summary>
public sealed class ClusterRestoreTests
{
    private static readonly string[] Restoring =
        ["--warm", "2", "--max-workers", "8", "--cluster-grace", "8s", "--session-ttl", "5m", "--on-worker-lost", "restore"];

    public static TheoryData<string> Tables => LongForm.OfClusters ? ["redis", "postgres"] : ["redis"];

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task A_session_of_a_killed_node_lives_on_at_another_until_it_is_deleted(string kind)
    {
        await using var cluster = await TestCluster.StartAsync(kind, 3, Restoring);
        var (session, deleted) = (await cluster.CreateOnAsync(2), await cluster.CreateOnAsync(2));
        await CopiedAsync(cluster, session, deleted);
        Assert.Equal(HttpStatusCode.NoContent, (await cluster.Nodes[0].Http.DeleteAsync($"/sessions/{deleted}")).StatusCode);
        await cluster.Nodes[2].KillAsync();
        foreach (var node in cluster.Nodes.Take(2))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await TestCluster.StatusAsync(node, session));
        await LivesAsync(cluster, session, 0, 1);
        foreach (var node in cluster.Nodes.Take(2))
            await EndedAsync(node, deleted);

        // The node in its id comes back, and knows that the session is elsewhere.
        cluster.Nodes[2] = await cluster.StartNodeAsync(2, cluster.Nodes[2].RunDirectory);
        await cluster.KnowEachOtherAsync();
        await LivesAsync(cluster, session, 0, 1, 2);
        Assert.Equal(HttpStatusCode.NoContent, (await cluster.Nodes[2].Http.DeleteAsync($"/sessions/{session}")).StatusCode);
        foreach (var node in cluster.Nodes)
        {
            using var reply = await node.Http.GetAsync($"/sessions/{session}");
            Assert.Equal(HttpStatusCode.NotFound, reply.StatusCode);
            Assert.Equal("deleted", (string?)JsonNode.Parse(await reply.Content.ReadAsStringAsync())!["reason"]);
            Assert.Equal(HttpStatusCode.NotFound, await TestCluster.StatusAsync(node, deleted));
        }
    }

    [Fact]
    public async Task A_session_that_is_deleted_right_after_a_restart_of_its_node_stays_deleted()
    {
        await using var cluster = await TestCluster.StartAsync("redis", 2, [.. Restoring, "--cluster-grace", "60s"]);
        var session = await cluster.CreateOnAsync(1);
        await CopiedAsync(cluster, session);
        await cluster.RestartAsync(1);
        Assert.Equal(HttpStatusCode.NoContent, (await cluster.Nodes[1].Http.DeleteAsync($"/sessions/{session}")).StatusCode);
        await using var client = await TableClient.ConnectAsync(cluster.Address, 15);
        Assert.Null(await client.CopiesOf("steelyard").FindAsync(session, CancellationToken.None));
        Assert.Equal(HttpStatusCode.NotFound, await TestCluster.StatusAsync(cluster.Nodes[1], session));
    }

    [Fact]
    public async Task A_create_that_is_repeated_with_its_id_after_the_loss_of_its_node_makes_no_second_session()
    {
        await using var cluster = await TestCluster.StartAsync("redis", 3, Restoring);
        var id = Guid.NewGuid().ToString();
        using (var created = await CreateAsync(2))
            Assert.True(created.IsSuccessStatusCode);
        await CopiedAsync(cluster, id);
        await cluster.Nodes[2].KillAsync();
        await Eventually.IsTrueAsync(
            async () =>
            {
                using var repeated = await CreateAsync(0);
                Assert.True(repeated.IsSuccessStatusCode || repeated.StatusCode == HttpStatusCode.ServiceUnavailable);
                return repeated.IsSuccessStatusCode;
            },
            "the create is repeated",
            40);
        await LivesAsync(cluster, id, 0, 1);

        Task<HttpResponseMessage> CreateAsync(int node) =>
            cluster.Nodes[node].Http.PostAsJsonAsync("/v1/sessions", new JsonObject { ["sessionId"] = id });
    }

    [Fact]
    public async Task A_node_that_hangs_for_long_finds_its_session_at_another()
    {
        await using var cluster = await TestCluster.StartAsync("redis", 3, Restoring);
        var session = await cluster.CreateOnAsync(2);
        await CopiedAsync(cluster, session);
        await Kill.StopAsync(cluster.Nodes[2].Process.Pid);
        await LivesAsync(cluster, session, 0, 1);
        cluster.Nodes[2].Process.Send(Signal.Continue);
        await cluster.KnowEachOtherAsync();
        await LivesAsync(cluster, session, 0, 1, 2);
    }

    [Fact]
    public async Task A_node_that_comes_back_too_late_creates_its_own_sessions_anew()
    {
        await using var cluster = await TestCluster.StartAsync("redis", 2, Restoring);
        var session = await cluster.CreateOnAsync(1);
        await CopiedAsync(cluster, session);
        await Task.WhenAll(cluster.Nodes.Select(node => node.KillAsync()));
        await Task.Delay(TimeSpan.FromSeconds(5)); // More than half of the grace.
        for (var i = 0; i < 2; i++)
            cluster.Nodes[i] = await cluster.StartNodeAsync(i, cluster.Nodes[i].RunDirectory);
        await cluster.KnowEachOtherAsync();
        await LivesAsync(cluster, session, 0, 1);
    }

    private static Task EndedAsync(NodeProcess node, string session) => Eventually.IsTrueAsync(
        async () =>
        {
            var status = await TestCluster.StatusAsync(node, session);
            Assert.NotEqual(HttpStatusCode.OK, status);
            return status == HttpStatusCode.NotFound;
        },
        $"{session} is not found",
        40);

    // A session is in the table some moments after its create.
    private static async Task CopiedAsync(TestCluster cluster, params string[] sessions)
    {
        await using var client = await TableClient.ConnectAsync(cluster.Address, 15);
        var copies = client.CopiesOf("steelyard");
        foreach (var session in sessions)
            await Eventually.IsTrueAsync(
                async () => await copies.FindAsync(session, CancellationToken.None) is not null, $"{session} is in the table");
    }

    // Through all of these nodes, on one worker of one of them, and never with a 404 before.
    private static async Task LivesAsync(TestCluster cluster, string session, params int[] through)
    {
        foreach (var node in through.Select(i => cluster.Nodes[i]))
        {
            await Eventually.IsTrueAsync(
                async () =>
                {
                    var status = await TestCluster.StatusAsync(node, session);
                    Assert.NotEqual(HttpStatusCode.NotFound, status);
                    return status == HttpStatusCode.OK;
                },
                $"{session} lives",
                40);
        }

        var workers = JsonNode.Parse(await cluster.Nodes[through[0]].Http.GetStringAsync("/workers"))!["workers"]!.AsArray();
        Assert.Single(workers, worker => (string?)worker!["session_id"] == session);
    }
}
