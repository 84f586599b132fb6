using Steelyard.Fabric.Tables;

namespace Steelyard.Tests.Functional.Tables;

/// <summary>What Orleans demands of a membership table, on a real server.</summary>
[Collection(nameof(TableServers))]
public sealed class PostgresMembershipTests(TableServers servers) : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    private readonly string cluster = Guid.NewGuid().ToString("N");
    private PostgresDatabase database = null!;
    private PostgresMembershipTable table = null!;

    public async ValueTask InitializeAsync()
    {
        database = new(TableAddress.Parse((await servers.PostgresAsync()).Address), Deadline);
        table = new(database, cluster);
        await table.InitializeMembershipTable(true);
    }

    public ValueTask DisposeAsync() => database?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task A_new_table_is_empty_and_stays_as_it_is_when_another_initializes_it()
    {
        var first = await table.ReadAll();
        Assert.Empty(first.Members);
        Assert.Equal(0, first.Version.Version);
        Assert.NotEmpty(first.Version.VersionEtag);
        await table.AddAsync(Members.Active(1));
        var before = Members.Text(await table.ReadAll());
        await table.InitializeMembershipTable(true);
        await table.InitializeMembershipTable(false);
        Assert.Equal(before, Members.Text(await table.ReadAll()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_member_comes_back_as_it_was_written(int index)
    {
        var entry = Members.Various()[index];
        await table.AddAsync(Members.Active(9));
        var all = await table.AddAsync(entry);
        Assert.Equal(2, all.Version.Version);
        var one = await table.ReadRow(entry.SiloAddress);
        Assert.Equal(all.Version, one.Version);
        Assert.Equal(Members.Text(entry), Members.Text(Assert.Single(one.Members).Item1));
        Assert.Equal(one.Members[0].Item2, all.TryGet(entry.SiloAddress)!.Item2);

        entry.AddSuspector(Members.Silo(5), Members.Noon);
        entry.Status = SiloStatus.Dead;
        Assert.True(await table.UpdateRow(entry, one.Members[0].Item2, all.Version.Next()));
        Assert.Equal(Members.Text(entry), Members.Text((await table.ReadRow(entry.SiloAddress)).Members[0].Item1));
    }

    [Fact]
    public async Task A_member_without_a_row_is_read_as_none_with_the_version()
    {
        var all = await table.AddAsync(Members.Active(1));
        var one = await table.ReadRow(Members.Silo(2));
        Assert.Empty(one.Members);
        Assert.Equal(all.Version, one.Version);
    }

    [Fact]
    public async Task An_insert_fails_on_a_stale_version_and_on_a_member_that_is_there()
    {
        var stale = (await table.ReadAll()).Version;
        var fresh = await table.AddAsync(Members.Active(1));
        Assert.NotEqual(stale.VersionEtag, fresh.Version.VersionEtag);
        Assert.False(await table.InsertRow(Members.Active(2), stale.Next()));
        Assert.False(await table.InsertRow(Members.Active(2), new(fresh.Version.Version + 1, "")));
        Assert.False(await table.InsertRow(Members.Active(1), fresh.Version.Next()));
        Assert.Equal(Members.Text(fresh), Members.Text(await table.ReadAll()));
    }

    [Fact]
    public async Task An_update_fails_on_a_stale_version_a_stale_etag_and_a_missing_member()
    {
        var first = await table.AddAsync(Members.Active(1));
        Assert.True(await table.UpdateRow(Members.Active(1), first.Members[0].Item2, first.Version.Next()));
        var second = await table.ReadAll();
        Assert.Equal(first.Version.Version + 1, second.Version.Version);
        Assert.NotEqual(first.Version.VersionEtag, second.Version.VersionEtag);
        Assert.NotEqual(first.Members[0].Item2, second.Members[0].Item2);

        Assert.False(await table.UpdateRow(Members.Active(1), second.Members[0].Item2, first.Version.Next()));
        Assert.False(await table.UpdateRow(Members.Active(1), first.Members[0].Item2, second.Version.Next()));
        Assert.False(await table.UpdateRow(Members.Active(2), second.Members[0].Item2, second.Version.Next()));
        Assert.Equal(Members.Text(second), Members.Text(await table.ReadAll()));
    }

    [Fact]
    public async Task A_heartbeat_changes_the_time_alone_and_no_etag()
    {
        var before = await table.AddAsync(Members.Active(1));
        var beat = new MembershipEntry { SiloAddress = Members.Silo(1), IAmAliveTime = Members.Noon.AddSeconds(7) };
        await table.UpdateIAmAlive(beat);
        var expected = Members.Active(1);
        expected.IAmAliveTime = beat.IAmAliveTime;
        var after = await table.ReadAll();
        Assert.Equal(before.Version, after.Version);
        Assert.Equal(Members.Text(expected), Members.Text(after.Members[0].Item1));
        Assert.True(await table.UpdateRow(expected, before.Members[0].Item2, before.Version.Next()));
    }

    [Fact]
    public async Task A_heartbeat_of_a_member_without_a_row_says_so()
    {
        var error = await Assert.ThrowsAsync<TableUnavailableException>(() => table.UpdateIAmAlive(Members.Active(1)));
        Assert.Contains("emptied", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clusters_are_apart_and_one_is_deleted_without_the_others()
    {
        var other = new PostgresMembershipTable(database, cluster + "2");
        await other.InitializeMembershipTable(true);
        await table.AddAsync(Members.Active(1));
        var kept = Members.Text(await other.AddAsync(Members.Active(1)));
        await table.DeleteMembershipTableEntries(cluster);
        Assert.Equal(kept, Members.Text(await other.ReadAll()));
        await Assert.ThrowsAsync<TableUnavailableException>(table.ReadAll);
        await table.InitializeMembershipTable(true);
        Assert.Empty((await table.ReadAll()).Members);
    }

    [Fact]
    public async Task Only_dead_members_without_news_are_cleaned_up()
    {
        await table.AddAsync(Members.Active(1));
        await AddDeadAsync(2, alive: Members.Noon, suspected: null);
        await AddDeadAsync(3, alive: Members.Noon.AddHours(2), suspected: null);
        await AddDeadAsync(4, alive: Members.Noon, suspected: Members.Noon.AddHours(2));
        await AddDeadAsync(5, alive: Members.Noon, suspected: Members.Noon.AddMinutes(1));
        await AddDeadAsync(6, alive: Members.Noon.AddHours(1), suspected: null);
        var before = await table.ReadAll();
        await table.CleanupDefunctSiloEntries(Members.Noon.AddHours(1));
        var after = await table.ReadAll();
        Assert.Equal(before.Version, after.Version);
        Assert.Equal([1, 3, 4, 6], after.Members.Select(member => member.Item1.SiloAddress.Endpoint.Port - 11_000).Order());
    }

    private Task<MembershipTableData> AddDeadAsync(int number, DateTime alive, DateTime? suspected)
    {
        var entry = Members.Active(number);
        entry.Status = SiloStatus.Dead;
        entry.IAmAliveTime = alive;
        if (suspected is { } time)
            entry.AddSuspector(Members.Silo(1), time);
        return table.AddAsync(entry);
    }

    [Fact]
    public async Task Calls_return_on_the_thread_pool()
    {
        await table.ReadAll();
        Assert.True(Thread.CurrentThread.IsThreadPoolThread);
        await table.AddAsync(Members.Active(1));
        Assert.True(Thread.CurrentThread.IsThreadPoolThread);
        await Assert.ThrowsAsync<TableUnavailableException>(() => table.UpdateIAmAlive(Members.Active(2)));
        Assert.True(Thread.CurrentThread.IsThreadPoolThread);
    }

    [Fact]
    public async Task A_caller_can_cancel() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => table.ReadAllAsync(new(canceled: true)));
}
