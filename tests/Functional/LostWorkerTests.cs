using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>The errors that a client sees when its worker is lost.</summary>
public sealed class LostWorkerTests
{
    [Theory]
    [InlineData("killed", "crashed", "it crashed (signal 9)")]
    [InlineData("stopped", "hung", "--hang-timeout")]
    [InlineData("by an operator", "stopped_by_operator", "an operator stopped it")]
    public async Task The_cause_is_told_wherever_the_end_is(string how, string cause, string text)
    {
        await using var node = await TestNode.StartAsync(options => options);
        var id = await node.CreateAsync();
        var pid = await node.PidOfAsync(id);
        if (how == "killed")
            Kill.Now(pid);
        else if (how == "stopped")
            await Kill.StopAsync(pid);
        else
            await node.Http.DeleteAsync($"/workers/{node.Pool.Workers().Single(worker => worker.Pid == pid).Id}");
        await Eventually.IsTrueAsync(
            async () => await node.StatusOfAsync(id) == HttpStatusCode.NotFound, "the session has ended", seconds: 30);

        var problem = await ReadAsync(node, $"/sessions/{id}");
        MustTell(problem, "reason", "cause", "detail");
        MustTell((JsonObject)(await ReadAsync(node, $"/sessions/{id}/history"))["history"]![0]!, "reason", "cause", "detail");
        MustTell(await ReadAsync(node, $"/v1/sessions/{id}"), "endReason", "endCause", "endDetail");
        Assert.DoesNotContain($"{pid}", (string)problem["detail"]!, StringComparison.Ordinal);

        void MustTell(JsonObject told, string reasonField, string causeField, string detailField)
        {
            Assert.Equal(("worker_lost", cause), ((string?)told[reasonField], (string?)told[causeField]));
            Assert.Contains(text, (string)told[detailField]!, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_request_under_way_is_told_the_cause_and_not_that_its_connection_broke()
    {
        await using var node = await TestNode.StartFaultyAsync("crash@get=1");
        var problem = await ReadAsync(node, $"/sessions/{await node.CreateAsync()}");
        Assert.Equal(("worker_lost", "crashed"), ((string?)problem["reason"], (string?)problem["cause"]));
        Assert.Contains("it crashed (exit 1)", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_ends_have_no_cause()
    {
        await using var node = await TestNode.StartAsync(options => options);
        var id = await node.CreateAsync();
        await node.Http.DeleteAsync($"/sessions/{id}");
        Assert.False((await ReadAsync(node, $"/sessions/{id}")).ContainsKey("cause"));
    }

    private static async Task<JsonObject> ReadAsync(TestNode node, string path)
    {
        using var reply = await node.Http.GetAsync(path);
        return (await reply.Content.ReadFromJsonAsync<JsonObject>())!;
    }
}
