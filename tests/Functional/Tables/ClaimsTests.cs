namespace Steelyard.Tests.Functional.Tables;

/// <summary>Claims do the same on a real server of either kind.</summary>
[Collection(nameof(TableServers))]
public sealed class ClaimsTests(TableServers servers)
{
    private const double Seconds = 15;

    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private readonly string cluster = Guid.NewGuid().ToString("N");

    public static TheoryData<string> Kinds => ["redis", "postgres"];

    private async Task<TableClient> ConnectAsync(string kind) =>
        await TableClient.ConnectAsync((await servers.StartedAsync(kind)).Address, Seconds);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Of_a_hundred_racers_one_wins_and_all_hear_who(string kind)
    {
        await using var one = await ConnectAsync(kind);
        await using var two = await ConnectAsync(kind);
        for (var round = 0; round < 3; round++)
        {
            var owners = await Task.WhenAll(Enumerable.Range(0, 100).Select(racer =>
                (racer % 2 == 0 ? one : two).Of(cluster).ClaimAsync($"key {round}", $"racer {racer}", round == 0 ? null : Long)));
            var winner = Assert.Single(owners.Distinct());
            Assert.Equal(winner, await one.Of(cluster).FindAsync($"key {round}"));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_claim_is_its_owners_until_it_is_released_by_the_owner(string kind)
    {
        await using var client = await ConnectAsync(kind);
        var claims = client.Of(cluster);
        Assert.Null(await claims.FindAsync("key"));
        Assert.Equal("a", await claims.ClaimAsync("key", "a", null));
        Assert.Equal("a", await claims.ClaimAsync("key", "a", Long));
        Assert.Equal("a", await claims.ClaimAsync("key", "b", null));
        await claims.ReleaseAsync("key", "b");
        await claims.ReleaseAsync("other", "a");
        Assert.Equal("a", await claims.FindAsync("key"));
        await claims.ReleaseAsync("key", "a");
        Assert.Null(await claims.FindAsync("key"));
        Assert.Equal("b", await claims.ClaimAsync("key", "b", null));
        Assert.True(Thread.CurrentThread.IsThreadPoolThread);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_claim_ends_with_its_life_which_its_owner_can_begin_anew(string kind)
    {
        await using var client = await ConnectAsync(kind);
        var claims = client.Of(cluster);
        Assert.Equal("a", await claims.ClaimAsync("left", "a", Short));
        Assert.Equal("a", await claims.ClaimAsync("kept", "a", Short));
        Assert.Equal("a", await claims.ClaimAsync("kept", "a", Long));
        Assert.Equal("a", await claims.ClaimAsync("for ever", "a", Short));
        Assert.Equal("a", await claims.ClaimAsync("for ever", "a", null));
        Assert.Equal("a", await claims.ClaimAsync("tried", "a", TimeSpan.FromSeconds(1)));
        Assert.Equal("a", await claims.ClaimAsync("tried", "b", Long)); // The life is the first one's still.
        await Eventually.IsTrueAsync(
            async () => await claims.FindAsync("left") is null && await claims.FindAsync("tried") is null, "both are over", 5);
        Assert.Equal("b", await claims.ClaimAsync("left", "b", Long));
        Assert.Equal("a", await claims.ClaimAsync("kept", "b", Long));
        Assert.Equal("a", await claims.ClaimAsync("for ever", "b", Long));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Clusters_are_apart(string kind)
    {
        await using var client = await ConnectAsync(kind);
        Assert.Equal("a", await client.Of(cluster).ClaimAsync("x:claim:y", "a", null));
        Assert.Equal("b", await client.Of($"{cluster}:claim:x").ClaimAsync("y", "b", null));
        Assert.Equal("c", await client.Of($"{cluster}2").ClaimAsync("x:claim:y", "c", null));
        await client.Of($"{cluster}2").ReleaseAsync("x:claim:y", "a");
        Assert.Equal("c", await client.Of($"{cluster}2").FindAsync("x:claim:y"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_makes_no_sense_is_refused(string kind)
    {
        await using var client = await ConnectAsync(kind);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => client.Of(cluster).ClaimAsync("key", "", null));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => client.Of(cluster).ClaimAsync("key", "a", TimeSpan.Zero));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.Of(cluster).FindAsync("key", new(canceled: true)));
    }

    [Fact]
    public async Task Claims_that_are_over_leave_no_rows()
    {
        var server = await servers.PostgresAsync();
        var address = await server.NewDatabaseAsync();
        await using var client = await TableClient.ConnectAsync(address, Seconds);
        await Task.WhenAll(Enumerable.Range(0, 30).Select(key =>
            client.Of(cluster).ClaimAsync($"key {key}", "a", TimeSpan.FromMilliseconds(1))));
        await Eventually.IsTrueAsync(
            async () =>
            {
                await Task.WhenAll(Enumerable.Range(0, 4).Select(key => client.Of(cluster).ClaimAsync($"stays {key}", "a", null)));
                return await PostgresServer.RunAsync(address, "SELECT count(*) FROM steelyard_claims") is 4L;
            },
            "only the live claims are left",
            5);
    }
}
