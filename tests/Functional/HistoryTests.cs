using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Steelyard.Settings;
using static Steelyard.Tests.Functional.SteelCalls;

namespace Steelyard.Tests.Functional;

/// <summary>Ended sessions outlive the node.</summary>
public sealed class HistoryTests : IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("steelyard-test-data-").FullName;

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Fact]
    public async Task Lists_of_ended_sessions_go_on_after_a_restart_in_pages_of_any_size()
    {
        var ended = new List<string>();
        foreach (var count in new[] { 1, 50, 51, 130 })
        {
            // The first half is only on disk. Of the rest, the newer ones are also in memory.
            await using (var node = await StartAsync())
            {
                while (ended.Count < count)
                    ended.Add(await EndAsync(node));
                Assert.Equal(Enumerable.Reverse(ended), await ListAsync(node, "status=released&limit=20"));
            }

            await using (var node = await StartAsync())
            {
                Assert.Equal(Enumerable.Reverse(ended), await ListAsync(node, "status=released"));
                Assert.Equal(Enumerable.Reverse(ended), await ListAsync(node, "limit=7"));
                Assert.Empty(await ListAsync(node, "status=failed"));
                Assert.Empty(await ListAsync(node, "status=live"));
            }
        }
    }

    [Fact]
    public async Task The_history_is_a_list_with_reasons_and_pages_over_restarts()
    {
        var ended = new List<string>();
        for (var start = 0; start < 2; start++)
        {
            await using var node = await StartAsync();
            while (ended.Count < (start + 1) * 5)
                ended.Add(await EndAsync(node));
            var seen = new List<string>();
            for (var next = ""; next is not null;)
            {
                var page = (await node.Http.GetFromJsonAsync<JsonObject>($"/history?limit=3&reason=deleted&after={next}"))!;
                seen.AddRange(page["history"]!.AsArray().Select(entry => (string)entry!["id"]!));
                next = (string?)page["next"];
            }

            Assert.Equal(Enumerable.Reverse(ended), seen);
            Assert.Empty((await node.Http.GetFromJsonAsync<JsonObject>("/history?reason=expired"))!["history"]!.AsArray());
            foreach (var bad in new[] { "limit=0", "limit=501", "reason=bored", "after=yesterday" })
                Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(node, $"/history?{bad}"));
        }
    }

    [Fact]
    public async Task Live_ended_and_earlier_sessions_are_one_list_with_one_count()
    {
        string early, late;
        await using (var node = await StartAsync())
        {
            early = await EndAsync(node);
            late = await CreateAsync(node, """{"metadata":{"job":"1"}}""");
        }

        await using (var node = await StartAsync(options => options with { Tombstones = 1 }))
        {
            var live = await CreateAsync(node, """{"metadata":{"job":"1"}}""");
            var page = await JsonAsync(node, "/v1/sessions?limit=2");
            Assert.Equal([live, late], page["sessions"]!.AsArray().Select(session => (string?)session!["id"]));
            Assert.Equal((3, late), ((int)page["totalCount"]!, (string?)page["nextCursor"]));
            Assert.Equal([early], await ListAsync(node, $"cursorId={late}"));
            Assert.Equal([live, late], await ListAsync(node, "metadata[job]=1"));
            Assert.Empty(await ListAsync(node, $"cursorId={Guid.NewGuid()}"));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task An_ended_session_is_described_after_a_restart_as_before_and_is_released_again(int tombstones)
    {
        string id;
        JsonObject before;
        await using (var node = await StartAsync(options => options with { Tombstones = 100 }))
        {
            id = await CreateAsync(node, """
                {"metadata":{"job":"ä"},"timeout":600000,"inactivityTimeout":90000,"namespace":"n","debugConfig":{"interactive":false}}
                """);
            await ReleaseAsync(node, id);
            before = await JsonAsync(node, $"/v1/sessions/{id}");
        }

        await using (var node = await StartAsync(options => options with { Tombstones = tombstones }))
        {
            var after = await JsonAsync(node, $"/v1/sessions/{id}");
            Assert.Equal(Portless(before), Portless(after));
            await ReleaseAsync(node, id);
            Assert.Equal(tombstones == 0 ? "not_found" : "deleted", await node.ReasonOfAsync(id));
            var row = Assert.Single((await JsonAsync(node, $"/sessions/{id}/history"))["history"]!.AsArray())!;
            Assert.Equal(
                (id, "deleted", "released by its client", 0),
                ((string?)row["id"], (string?)row["reason"], (string?)row["detail"], (int)row["restarts"]!));
            Assert.Equal("ä", (string?)row["metadata"]!["job"]);
            Assert.StartsWith("w", (string?)row["worker_id"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_session_whose_worker_died_is_failed_and_those_of_a_node_that_stops_are_drained()
    {
        string lost, drained;
        await using (var node = await StartAsync())
        {
            lost = await node.CreateAsync();
            drained = await node.CreateAsync();
            Kill.Now(await node.PidOfAsync(lost));
            await Eventually.IsTrueAsync(async () => await node.StatusOfAsync(lost) == HttpStatusCode.NotFound, "it is lost");
        }

        await using (var node = await StartAsync())
        {
            Assert.Equal([lost], await ListAsync(node, "status=failed"));
            Assert.Equal([drained], await ListAsync(node, "status=released"));
            Assert.Equal(("worker_lost", "drained"), (await node.ReasonOfAsync(lost), await node.ReasonOfAsync(drained)));
        }
    }

    [Fact]
    public async Task An_id_that_was_used_before_a_restart_stays_used()
    {
        var body = $$"""{"sessionId":"{{Guid.NewGuid()}}"}""";
        await using (var node = await StartAsync())
            await ReleaseAsync(node, await CreateAsync(node, body));
        await using (var node = await StartAsync(options => options with { Tombstones = 0 }))
        {
            using var again = await PostAsync(node, "/v1/sessions", body);
            Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
            Assert.Equal(0, node.Pool.Status().Leased);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task A_key_sees_its_own_ended_sessions_only_and_an_operator_sees_all(int tombstones)
    {
        string mine, other;
        await using (var node = await StartAsync(Keys))
        {
            mine = await EndAsync(node, "a");
            other = await EndAsync(node, "b");
        }

        await using (var node = await StartAsync(options => Keys(options) with { Tombstones = tombstones }))
        {
            Assert.Equal([mine], await ListAsync(node, "status=released", "a"));
            Assert.Equal([other], await ListAsync(node, "", "b"));
            Assert.Equal([other, mine], await ListAsync(node, "", "boss"));
            Assert.Empty(await ListAsync(node, $"cursorId={other}", "a"));
            foreach (var path in new[] { $"/sessions/{other}/history", $"/v1/sessions/{other}" })
            {
                Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(node, path, "a"));
                Assert.Equal(HttpStatusCode.OK, await StatusAsync(node, path, "b"));
                Assert.Equal(HttpStatusCode.OK, await StatusAsync(node, path, "boss"));
            }

            using var release = await PostAsync(node, $"/v1/sessions/{other}/release", "", "a");
            Assert.Equal(HttpStatusCode.NotFound, release.StatusCode);
        }
    }

    [Fact]
    public async Task A_live_session_and_one_that_never_was_have_no_history()
    {
        await using var node = await StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(node, $"/sessions/{await node.CreateAsync()}/history"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(node, $"/sessions/{Guid.NewGuid()}/history"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(node, "/sessions/x/history"));
    }

    [Fact]
    public async Task Without_a_history_everything_works_from_memory()
    {
        await using var node = await StartAsync(options => options with { History = false });
        var id = await EndAsync(node);
        Assert.Equal([id], await ListAsync(node, "status=released"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(node, $"/sessions/{id}/history"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(data));
    }

    [Fact]
    public async Task A_history_that_cannot_be_read_costs_its_own_answers_and_no_others()
    {
        await using var node = await StartAsync();
        await EndAsync(node);
        await Eventually.IsTrueAsync(() => File.Exists(Path.Combine(data, "history.db-wal")), "it is written");
        foreach (var path in Directory.GetFiles(data, "history.db*"))
            File.Delete(path);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(node, "/v1/sessions?status=released"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(node, $"/v1/sessions/{Guid.NewGuid()}"));
        var live = await CreateAsync(node, $$"""{"sessionId":"{{Guid.NewGuid()}}"}""");
        Assert.Equal([live], await ListAsync(node, "status=live"));
        await ReleaseAsync(node, live);
        Assert.Equal("deleted", await node.ReasonOfAsync(live));
    }

    // With three tombstones, most of the listed sessions are only on disk.
    private Task<TestNode> StartAsync(Func<Options, Options>? configure = null) =>
        TestNode.StartAsync(options => (configure ?? (same => same))(options with { Tombstones = 3, DataDirectory = data, NodeId = 5 }));

    private static Options Keys(Options options) => options with { ApiKeys = ["a:key-a", "b:key-b"], OperatorKeys = ["boss:key-boss"] };

    // After a restart, the port in the addresses and the proof in the live view addresses are different.
    private static string Portless(JsonObject session)
    {
        foreach (var name in new[] { "websocketUrl", "debugUrl", "sessionViewerUrl" })
            session.Remove(name);
        return session.ToJsonString();
    }
}
