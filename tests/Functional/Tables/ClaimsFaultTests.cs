using Steelyard.Fabric.Tables;
using Steelyard.Tests.Faults;

namespace Steelyard.Tests.Functional.Tables;

/// <summary>Claims on a server that hangs, dies and comes back.</summary>
[Collection(nameof(TableServers))]
public sealed class ClaimsFaultTests(TableServers servers)
{
    private const double Seconds = 0.5;

    // For a machine that is busy with other tests.
    private const double Slack = 2;

    private readonly string cluster = Guid.NewGuid().ToString("N");

    [Theory]
    [InlineData("redis")]
    [InlineData("postgres")]
    public async Task A_server_that_hangs_or_is_gone_is_told_within_the_deadline_and_claims_outlive_it(string kind)
    {
        var server = await servers.StartedAsync(kind);
        await using var client = await TableClient.ConnectAsync(server.Address, Seconds);
        var claims = client.Of(cluster);
        await using (var patient = await TableClient.ConnectAsync(server.Address, 15))
            Assert.Equal("a", await patient.Of(cluster).ClaimAsync("key", "a", null));
        await WorksAsync(claims);

        await server.PauseAsync();
        try
        {
            await UnavailableAsync(() => claims.ClaimAsync("key", "b", null), server);
            await UnavailableAsync(() => claims.FindAsync("key"), server);
        }
        finally
        {
            server.Resume();
        }

        await WorksAsync(claims);
        await server.KillAsync();
        try
        {
            await UnavailableAsync(() => claims.ClaimAsync("key", "b", null), server);
            await UnavailableAsync(() => claims.ReleaseAsync("key", "a"), server);
            await UnavailableAsync(() => claims.FindAsync("key"), server);
            await using var late = await TableClient.ConnectAsync(server.Address, Seconds);
            await UnavailableAsync(() => late.Of(cluster).FindAsync("key"), server);
        }
        finally
        {
            await server.RestartAsync();
        }

        await WorksAsync(claims);
        await using var other = await TableClient.ConnectAsync(server.Address, 15);
        Assert.Equal("a", await other.Of(cluster).ClaimAsync("key", "b", null));
    }

    [Theory]
    [InlineData("redis")]
    [InlineData("postgres")]
    public async Task A_wrong_password_is_told_without_it(string kind)
    {
        var address = (await servers.StartedAsync(kind)).Address
            .Replace(Uri.EscapeDataString(TableServer.Password), "hidden", StringComparison.Ordinal);
        await using var client = await TableClient.ConnectAsync(address, 5);
        var error = await Assert.ThrowsAsync<TableUnavailableException>(() => client.Of(cluster).FindAsync("key"));
        Assert.Contains("user or password", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", error.ToString(), StringComparison.Ordinal);
    }

    private static Task WorksAsync(IClaims claims) => Eventually.IsTrueAsync(
        async () =>
        {
            try
            {
                return await claims.FindAsync("key") == "a";
            }
            catch (TableUnavailableException)
            {
                return false;
            }
        },
        "it serves again",
        8);

    private static async Task UnavailableAsync(Func<Task> call, TableServer server)
    {
        var started = Stopwatch.Start();
        var error = await Assert.ThrowsAsync<TableUnavailableException>(call);
        Assert.InRange(started.Elapsed.TotalSeconds, 0, Seconds + Slack);
        Assert.Contains($"127.0.0.1:{server.Port}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("word", error.Message, StringComparison.Ordinal);
        Assert.True(Thread.CurrentThread.IsThreadPoolThread);
    }
}
