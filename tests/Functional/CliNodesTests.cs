using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary><c>steelyard nodes</c>, and <c>--node</c> of other commands, on a node that is alone: a cluster of one.</summary>
public sealed class CliNodesTests
{
    [Fact]
    public async Task A_node_that_is_alone_lists_itself()
    {
        await using var node = await TestNode.StartAsync(options => options with { NodeName = "berlin", Region = "west" });
        await node.CreateAsync();
        foreach (var words in new string[][] { ["nodes"], ["nodes", "ls"] })
        {
            var (status, text) = await RunAsync(node.Http, words);
            Assert.Equal(0, status);
            Assert.Matches("NAME +STATE +LOAD +SESSIONS +IDLE +WAITING +UP +VERSION +REGION", text);
            Assert.Matches("berlin +active +█░+ +1 of 8 .*\\d m?s +0\\.1\\.0 +west", text.Replace("██", "█", StringComparison.Ordinal));
        }

        var (_, json) = await RunAsync(node.Http, "nodes", "--json");
        var entry = JsonNode.Parse(json)!["nodes"]!.AsArray().Single()!;
        Assert.Equal("berlin", (string?)entry["name"]);
        var told = (await node.Http.GetFromJsonAsync<JsonObject>("/status", TestContext.Current.CancellationToken))!;
        Assert.InRange((double)entry["uptime_seconds"]!, 0.1, (double)told["uptime_seconds"]!);
    }

    [Fact]
    public async Task Status_counts_the_nodes_and_names_none_where_there_is_one()
    {
        await using var node = await TestNode.StartAsync(options => options with { NodeName = "berlin" });
        var (status, text) = await RunAsync(node.Http, "status", "--node", "berlin");
        Assert.Equal(0, status);
        Assert.Matches("node +takes sessions", text);
        Assert.Matches("nodes +1 *\n", text);
        var (_, json) = await RunAsync(node.Http, "status", "--json");
        Assert.Single(JsonNode.Parse(json)!["nodes"]!.AsArray());
        (status, text) = await RunAsync(node.Http, "status", "--node", "paris");
        Assert.Equal(1, status);
        Assert.Contains("There is no node 'paris'. This node is alone", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_is_found_by_its_id_and_also_with_the_name_of_its_node()
    {
        await using var node = await TestNode.StartAsync(options => options with { NodeName = "berlin", Warm = 1 });
        await node.ReadyAsync(1);
        foreach (var words in new string[][] { ["w1"], ["berlin/w1"], ["w1", "--node", "berlin"] })
            Assert.Equal(0, (await RunAsync(node.Http, ["workers", "log", .. words])).Status);
        Assert.Equal(0, (await RunAsync(node.Http, "workers", "stop", "berlin/w1")).Status);
        Assert.Equal(0, (await RunAsync(node.Http, "workers", "ls", "--node", "berlin")).Status);
        Assert.Equal(1, (await RunAsync(node.Http, "workers", "log", "w99")).Status);
    }

    [Fact]
    public async Task Only_an_operator_drains_and_only_a_node_that_there_is()
    {
        await using var node = await TestNode.StartAsync(options => options with
        {
            NodeName = "berlin",
            ApiKeys = ["team:team-key"],
            OperatorKeys = ["ops:ops-key"],
        });
        var (status, text) = await RunAsync(node.Http, "nodes", "drain", "berlin", "--key", "team-key");
        Assert.Equal(1, status);
        Assert.Contains("Only an operator's key may drain a node", text, StringComparison.Ordinal);
        (status, text) = await RunAsync(node.Http, "nodes", "drain", "paris", "--key", "ops-key");
        Assert.Equal(1, status);
        Assert.Contains("There is no node", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "'lss' is not a command", "nodes", "lss")]
    [InlineData(2, "Required argument missing", "nodes", "drain")]
    [InlineData(3, "The node does not answer", "nodes", "--url", "http://127.0.0.1:1")]
    [InlineData(3, "The node does not answer", "nodes", "drain", "berlin", "--wait", "--url", "http://127.0.0.1:1")]
    public async Task A_mistake_is_told_in_a_line(int status, string line, params string[] words)
    {
        var (actual, text) = await Tool.RunAsync([], words);
        Assert.Contains(line, text, StringComparison.Ordinal);
        Assert.Equal(status, actual);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drain_is_waited_for_until_the_node_has_ended()
    {
        await using var node = await NodeProcess.StartAsync(null, "--node", "berlin");
        string[] ids = [await node.CreateAsync(), await node.CreateAsync()];
        var drain = RunAsync(node.Http, "nodes", "drain", "berlin", "--wait");
        await Eventually.IsTrueAsync(
            async () => (string?)(await node.GetAsync("/nodes")).Body!["nodes"]![0]!["state"] == "draining", "it drains");
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        Assert.False(drain.IsCompleted, "sessions live");
        foreach (var id in ids)
            (await node.Http.DeleteAsync($"/sessions/{id}", TestContext.Current.CancellationToken)).Dispose();

        var (status, text) = await drain;
        Assert.Equal(0, status);
        Assert.Contains("berlin drains: 2 sessions left\n", text, StringComparison.Ordinal);
        Assert.EndsWith("berlin is gone.\n", text, StringComparison.Ordinal);
        await node.Process.Exited.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    private static Task<(int? Status, string Text)> RunAsync(HttpClient http, params string[] words) =>
        Tool.RunAsync([$"STEELYARD_URL={http.BaseAddress}"], words);
}
