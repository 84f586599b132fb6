using Steelyard.Fabric.Tables;

namespace Steelyard.Tests.Functional.Tables;

/// <summary>Many nodes at one table at a time, and a table that is emptied under them.</summary>
[Collection(nameof(TableServers))]
public sealed class PostgresRaceTests(TableServers servers) : IAsyncDisposable
{
    private const int Racers = 50;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly List<PostgresDatabase> databases = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var database in databases)
            await database.DisposeAsync();
    }

    private PostgresMembershipTable Table(string address)
    {
        databases.Add(new(TableAddress.Parse(address), Deadline));
        return new(databases[^1], "cluster");
    }

    [Fact]
    public async Task Nodes_that_race_to_initialize_an_empty_database_agree()
    {
        for (var round = 0; round < 2; round++)
        {
            var address = await (await servers.PostgresAsync()).NewDatabaseAsync();
            var tables = Enumerable.Range(0, 8).Select(_ => Table(address)).ToList();
            var seen = await Task.WhenAll(tables.Select(async table =>
            {
                await table.InitializeMembershipTable(true);
                return await table.ReadAll();
            }));
            Assert.Single(seen.Select(data => data.Version).Distinct());
        }
    }

    [Fact]
    public async Task Of_many_changes_on_one_version_exactly_one_succeeds()
    {
        var address = await (await servers.PostgresAsync()).NewDatabaseAsync();
        PostgresMembershipTable[] tables = [Table(address), Table(address)];
        await tables[0].InitializeMembershipTable(true);
        var start = await tables[0].AddAsync(Members.Active(0));
        var won = await Task.WhenAll(Enumerable.Range(1, Racers).Select(racer => racer % 2 == 0
            ? tables[0].InsertRow(Members.Active(racer), start.Version.Next())
            : tables[1].UpdateRow(Members.Active(0), start.Members[0].Item2, start.Version.Next())));
        Assert.Single(won, true);
        var end = await tables[0].ReadAll();
        Assert.Equal(start.Version.Version + 1, end.Version.Version);
        var inserted = Array.IndexOf(won, true) % 2 == 1;
        Assert.Equal(inserted ? 2 : 1, end.Members.Count);
    }

    [Fact]
    public async Task The_version_counts_the_changes_that_succeeded_and_none_is_lost()
    {
        var address = await (await servers.PostgresAsync()).NewDatabaseAsync();
        PostgresMembershipTable[] tables = [Table(address), Table(address)];
        await tables[0].InitializeMembershipTable(true);
        await tables[0].AddAsync(Members.Active(0));
        await Task.WhenAll(Enumerable.Range(1, 10).Select(async racer =>
        {
            for (var vote = 0; vote < 3; vote++)
                await VoteAsync(tables[racer % 2], Members.Silo(racer));
        }));
        var end = await tables[0].ReadAll();
        Assert.Equal(31, end.Version.Version);
        Assert.Equal(30, end.Members[0].Item1.SuspectTimes!.Count);
    }

    private static async Task VoteAsync(PostgresMembershipTable table, SiloAddress voter)
    {
        while (true)
        {
            var now = await table.ReadRow(Members.Silo(0));
            var (entry, etag) = now.Members[0];
            entry.AddSuspector(voter, Members.Noon);
            if (await table.UpdateRow(entry, etag, now.Version.Next()))
                return;
            await table.UpdateIAmAlive(Members.Active(0)); // Heartbeats in between disturb nobody.
        }
    }

    [Theory]
    [InlineData("DROP TABLE steelyard_members, steelyard_clusters")]
    [InlineData("DROP TABLE steelyard_members")]
    [InlineData("TRUNCATE steelyard_members, steelyard_clusters")]
    public async Task A_table_that_is_gone_is_a_clear_error_and_can_be_made_again(string deed)
    {
        var address = await (await servers.PostgresAsync()).NewDatabaseAsync();
        var table = Table(address);
        await table.InitializeMembershipTable(true);
        var before = await table.AddAsync(Members.Active(1));
        await PostgresServer.RunAsync(address, deed);
        foreach (var call in new Func<Task>[]
        {
            table.ReadAll,
            () => table.UpdateIAmAlive(Members.Active(1)),
            () => table.InsertRow(Members.Active(2), before.Version.Next()),
        })
        {
            var error = await Assert.ThrowsAsync<TableUnavailableException>(call);
            Assert.Contains("Was the database emptied?", error.Message, StringComparison.Ordinal);
        }

        await table.InitializeMembershipTable(true);
        var after = await table.ReadAll();
        Assert.Empty(after.Members);
        Assert.False(deed.Contains("clusters", StringComparison.Ordinal) && after.Version.VersionEtag == before.Version.VersionEtag);

        // A node that saw the old table can go on from its own version.
        Assert.True(await table.InsertRow(Members.Active(1), new(before.Version.Version + 1, after.Version.VersionEtag)));
        Assert.Equal(before.Version.Version + 1, (await table.ReadAll()).Version.Version);
    }

    [Fact]
    public async Task A_user_without_the_right_to_create_tables_suffices_when_they_are_there()
    {
        var address = await (await servers.PostgresAsync()).NewDatabaseAsync();
        await PostgresServer.RunAsync(address, "CREATE ROLE guest LOGIN PASSWORD 'guest'; REVOKE CREATE ON SCHEMA public FROM public");
        var guest = new UriBuilder(address) { UserName = "guest", Password = "guest" }.Uri.ToString();
        var refused = await Assert.ThrowsAsync<TableUnavailableException>(() => Table(guest).InitializeMembershipTable(true));
        Assert.Contains("Grant this user the right", refused.Message, StringComparison.Ordinal);

        await Table(address).InitializeMembershipTable(true);
        await PostgresServer.RunAsync(address, "GRANT ALL ON ALL TABLES IN SCHEMA public TO guest");
        await Table(guest).InitializeMembershipTable(true);
        await Table(guest).AddAsync(Members.Active(1));
    }
}
