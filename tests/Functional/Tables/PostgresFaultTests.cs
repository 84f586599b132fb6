using Steelyard.Fabric.Tables;
using Steelyard.Tests.Faults;

namespace Steelyard.Tests.Functional.Tables;

/// <summary>A membership table whose server hangs, dies, comes back, or refuses.</summary>
[Collection(nameof(TableServers))]
public sealed class PostgresFaultTests(TableServers servers)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    // For a machine that is busy with other tests.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_server_that_hangs_costs_the_deadline_and_no_connection()
    {
        var server = await servers.PostgresAsync();
        await using var database = new PostgresDatabase(TableAddress.Parse(server.Address), Deadline);
        var table = await NewTableAsync(server, database);
        var before = await table.ReadAll();
        await server.PauseAsync();
        try
        {
            await LateAsync(table.ReadAll); // On a connection that is there.
            await LateAsync(table.ReadAll); // On a new one.
            await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => LateAsync(() => table.UpdateIAmAlive(Members.Active(1)))));
            await Eventually.IsTrueAsync(() => TableServers.Connections(server) == 0, "no connection is left", 5);
        }
        finally
        {
            server.Resume();
        }

        Assert.Equal(before.Version, (await table.ReadAll()).Version);
    }

    [Fact]
    public async Task A_caller_that_cancels_is_not_held_by_a_server_that_hangs()
    {
        var server = await servers.PostgresAsync();
        await using var database = new PostgresDatabase(TableAddress.Parse(server.Address), TimeSpan.FromSeconds(4));
        var table = await NewTableAsync(server, database);
        await table.ReadAll();
        await server.PauseAsync();
        try
        {
            var started = Stopwatch.Start();
            using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => table.ReadAllAsync(soon.Token));
            Assert.InRange(started.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        }
        finally
        {
            server.Resume();
        }
    }

    [Fact]
    public async Task A_server_that_is_gone_is_told_at_once_and_after_its_restart_the_first_read_succeeds()
    {
        var server = await servers.PostgresAsync();
        await using var database = new PostgresDatabase(TableAddress.Parse(server.Address), TimeSpan.FromSeconds(5));
        var table = await NewTableAsync(server, database);
        var before = Members.Text(await table.ReadAll());
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => table.ReadAll())); // Several connections, all of which will be lost.
        await server.KillAsync();
        var started = Stopwatch.Start();
        var error = await Assert.ThrowsAsync<TableUnavailableException>(table.ReadAll);
        Assert.InRange(started.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Contains("connection refused", error.Message, StringComparison.Ordinal);
        await server.RestartAsync();
        Assert.Equal(before, Members.Text(await table.ReadAll()));

        await server.RestartAsync(); // Nobody has seen it gone.
        Assert.Equal(before, Members.Text(await table.ReadAll()));
    }

    [Theory]
    [InlineData("password", "Correct the user or password")]
    [InlineData("database", "Create the database")]
    public async Task A_refusal_says_what_to_correct_and_no_password(string wrong, string advice)
    {
        var address = new UriBuilder((await servers.PostgresAsync()).Address);
        if (wrong == "password")
            address.Password = "hidden";
        else
            address.Path = "/missing";
        await using var database = new PostgresDatabase(TableAddress.Parse(address.Uri.ToString()), TimeSpan.FromSeconds(10));
        var error = await Assert.ThrowsAsync<TableUnavailableException>(
            () => new PostgresMembershipTable(database, "cluster").InitializeMembershipTable(true));
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
        Assert.Contains($"at postgres://steelyard@127.0.0.1:{address.Port}/", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", error.ToString(), StringComparison.Ordinal);
    }

    // What is prepared may take longer than what is tested.
    private static async Task<PostgresMembershipTable> NewTableAsync(PostgresServer server, PostgresDatabase database)
    {
        var cluster = Guid.NewGuid().ToString("N");
        await using var patient = new PostgresDatabase(TableAddress.Parse(server.Address), TimeSpan.FromSeconds(15));
        var table = new PostgresMembershipTable(patient, cluster);
        await table.InitializeMembershipTable(true);
        await table.AddAsync(Members.Active(1));
        return new(database, cluster);
    }

    private static async Task LateAsync(Func<Task> call)
    {
        var started = Stopwatch.Start();
        var error = await Assert.ThrowsAsync<TableUnavailableException>(call);
        Assert.InRange(started.Elapsed, Deadline - TimeSpan.FromMilliseconds(20), Deadline + Slack);
        Assert.Contains("no answer within 1 s", error.Message, StringComparison.Ordinal);
        Assert.True(Thread.CurrentThread.IsThreadPoolThread);
    }
}
