using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

public sealed class SessionTests
{
    [Fact]
    public async Task A_session_keeps_its_own_data_among_others()
    {
        await using var node = await TestNode.StartAsync(options => options);
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => node.CreateAsync($$"""{"user":{{i}}}""")));
        Assert.Equal(8, ids.Distinct().Count());
        for (var i = 0; i < ids.Length; i++)
        {
            var session = await node.Http.GetFromJsonAsync<JsonObject>($"/sessions/{ids[i]}");
            Assert.Equal(ids[i], (string?)session!["id"]);
            Assert.Equal(i, (int?)session["data"]!["user"]);
        }
    }

    [Fact]
    public async Task The_body_comes_back_byte_for_byte()
    {
        await using var node = await TestNode.StartAsync(options => options);
        const string odd = """{"id":"mine" , "n":1.0e+2,"s":"\u00e9\/","nested":{"id":[1,{"id":2}]}}""";
        using var created = await node.PostAsync(odd);
        Assert.Contains($"\"data\":{odd}", await created.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_one_of_many_deletes_succeeds_and_the_worker_serves_again()
    {
        await using var node = await TestNode.StartAsync(options => options with { Warm = 1, MaxWorkers = 1 });
        var id = await node.CreateAsync();
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => node.Http.DeleteAsync($"/sessions/{id}")));
        Assert.Single(replies, reply => reply.StatusCode == HttpStatusCode.NoContent);
        Assert.Equal(19, replies.Count(reply => reply.StatusCode == HttpStatusCode.NotFound));
        Assert.Equal("deleted", await node.ReasonOfAsync(id));
        var next = await node.CreateAsync("""{"who":"next"}""");
        Assert.NotEqual(id, next);
        Assert.Equal(0, node.Pool.Workers().Single().Restarts);
    }

    [Fact]
    public async Task Idle_sessions_expire_and_used_ones_do_not()
    {
        await using var node = await TestNode.StartAsync(options => options with { SessionTtl = TimeSpan.FromSeconds(1.5) });
        var used = await node.CreateAsync();
        var idle = await node.CreateAsync();
        for (var i = 0; i < 8; i++)
        {
            await Task.Delay(300);
            Assert.Equal(HttpStatusCode.OK, await node.StatusOfAsync(used));
        }

        Assert.Equal("expired", await node.ReasonOfAsync(idle));
        await Eventually.IsTrueAsync(() => node.Pool.Status().Leased == 1, "the expired session's worker is free");
    }

    [Fact]
    public async Task Many_sessions_that_expire_at_once_hold_nobody_up()
    {
        await using var node = await TestNode.StartAsync(
            options => options with { SessionTtl = TimeSpan.FromSeconds(3), MaxWorkers = 41, Warm = 41 });
        await node.ReadyAsync(41);
        var ids = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => node.CreateAsync()));
        var used = await node.CreateAsync();
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started).TotalSeconds < 4)
        {
            Assert.Equal(HttpStatusCode.OK, await node.StatusOfAsync(used));
            await Task.Delay(20);
        }

        foreach (var id in ids)
            Assert.Equal("expired", await node.ReasonOfAsync(id));
        await Eventually.IsTrueAsync(() => node.Pool.Status() is { Ready: 40, Leased: 1 }, "40 workers clean again");
    }

    [Fact]
    public async Task Ended_sessions_are_not_kept_in_memory_by_the_worker_they_had()
    {
        await using var node = await TestNode.StartAsync(options => options with { Warm = 1, MaxWorkers = 1 });
        var ended = new List<WeakReference>();
        for (var i = 0; i < 50; i++)
        {
            var id = await node.CreateAsync();
            ended.Add(node.Remember(id));
            await node.Http.DeleteAsync($"/sessions/{id}");
        }

        await Eventually.IsTrueAsync(
            () =>
            {
                GC.Collect();
                return ended.Count(session => session.IsAlive) <= 2;
            },
            "ended sessions are collected");
    }

    [Fact]
    public async Task Only_names_that_are_known_to_be_ours_reach_a_node_without_keys()
    {
        await using var node = await TestNode.StartAsync(options => options with { AllowedHosts = ["grid.lan"] });
        foreach (var (host, status) in new[]
        {
            ("localhost", 200), ("127.0.0.1:1", 200), ("[::1]", 200), ("GRID.lan:80", 200), ("evil.example", 403),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/status") { Headers = { Host = host } };
            using var reply = await node.Http.SendAsync(request);
            Assert.Equal(status, (int)reply.StatusCode);
        }
    }

    [Fact]
    public async Task A_node_with_keys_lets_in_who_shows_one()
    {
        await using var node = await TestNode.StartAsync(options => options with { ApiKeys = ["secret", "other"] });
        foreach (var (path, status) in new[]
        {
            ("/status", 401),
            ("/status?apiKey=wrong", 401),
            ("/status?apiKey=other", 200),
            ("/status?x=1&token=secret", 200),
            ("/health", 200),
        })
        {
            using var reply = await node.Http.GetAsync(path);
            Assert.Equal(status, (int)reply.StatusCode);
        }
    }

    [Fact]
    public async Task Forged_and_absurd_ids_reach_no_worker()
    {
        await using var node = await TestNode.StartAsync(options => options);
        var id = await node.CreateAsync();
        var forged = id[..^1] + (id[^1] == '0' ? '1' : '0');
        foreach (var wrong in new[] { forged, "invalid", new string('a', 7000), "%2e%2e", id + "x", Guid.NewGuid().ToString() })
            Assert.Equal(HttpStatusCode.NotFound, await node.StatusOfAsync(wrong));
        Assert.Equal(HttpStatusCode.BadRequest, await node.StatusOfAsync("%00"));
    }
}
