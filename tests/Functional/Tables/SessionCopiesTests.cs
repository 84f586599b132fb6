using System.Text;
using Steelyard.Fabric.Tables;

namespace Steelyard.Tests.Functional.Tables;

/// <summary>Copies of sessions are the same on a real server of either kind.</summary>
[Collection(nameof(TableServers))]
public sealed class SessionCopiesTests(TableServers servers)
{
    private const double Seconds = 15;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly CancellationToken Never = CancellationToken.None;

    private readonly string cluster = Guid.NewGuid().ToString("N");

    public static TheoryData<string> Kinds => ["redis", "postgres"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_copy_is_found_with_its_home_its_age_and_its_idle_time(string kind)
    {
        await using var client = await ConnectAsync(kind);
        var copies = client.CopiesOf(cluster);
        Assert.Null(await copies.FindAsync("s", Never));
        Assert.Empty(await copies.HomesAsync(Never));
        Assert.True(await copies.WriteAsync(7, Copy("s", age: 5, idle: 2), Never));
        Assert.Equal(new SessionHome(7, IsLive: true), await copies.FindAsync("s", Never));
        Assert.Equal([7], await copies.HomesAsync(Never));
        var read = await OneAsync(copies, 7);
        Assert.Equal(("s", "data of s"), (read.Id, Encoding.UTF8.GetString(read.Data.Span)));
        Assert.InRange(read.Age, 5 * Minute, 5.5 * Minute);
        Assert.InRange(read.Idle, 2 * Minute, 2.5 * Minute);

        Assert.Equal(["t"], await copies.TouchAsync(7, new Dictionary<string, TimeSpan> { ["s"] = Minute, ["t"] = Minute }, Never));
        Assert.InRange((await OneAsync(copies, 7)).Idle, Minute, 1.5 * Minute);
        Assert.Equal(["s"], await copies.TouchAsync(8, new Dictionary<string, TimeSpan> { ["s"] = Minute }, Never));
        Assert.True(Thread.CurrentThread.IsThreadPoolThread);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Of_many_that_move_a_session_one_has_it(string kind)
    {
        await using var client = await ConnectAsync(kind);
        var copies = client.CopiesOf(cluster);
        await copies.WriteAsync(1, Copy("s"), Never);
        var (read, token) = (await OneAsync(copies, 1), Enumerable.Range(0, 22).Select(_ => Guid.NewGuid()).ToList());
        var won = await Task.WhenAll(Enumerable.Range(2, 20).Select(node => copies.TryMoveAsync(read, 1, node, token[node], Never)));
        var home = 2 + Array.IndexOf(won, true);
        Assert.Single(won, true);
        Assert.Equal(new SessionHome(home, IsLive: true), await copies.FindAsync("s", Never));
        Assert.Equal([home], await copies.HomesAsync(Never));
        Assert.Empty(await copies.IdsOfAsync(1, Never));
        Assert.Null(await copies.ReadAsync(1, "s", Never));
        await OneAsync(copies, home);
        Assert.True(await copies.TryMoveAsync(read, 1, home, token[home], Never)); // Made again, because nobody has heard the answer.

        // The old home knows nothing of it yet.
        Assert.False(await copies.WriteAsync(1, Copy("s"), Never));
        await copies.EndAsync(1, "s", TimeSpan.Zero, Never);
        Assert.Equal(new SessionHome(home, IsLive: true), await copies.FindAsync("s", Never));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_session_that_has_ended_does_not_move_and_its_home_is_remembered_for_a_time(string kind)
    {
        await using var client = await ConnectAsync(kind);
        var copies = client.CopiesOf(cluster);
        foreach (var id in new[] { "gone", "known", "soon gone" })
            await copies.WriteAsync(1, Copy(id), Never);
        await copies.EndAsync(1, "gone", TimeSpan.Zero, Never);
        await copies.EndAsync(1, "known", Minute, Never);
        await copies.EndAsync(1, "soon gone", TimeSpan.FromMilliseconds(200), Never);
        Assert.Null(await copies.FindAsync("gone", Never));
        Assert.Equal(new SessionHome(1, IsLive: false), await copies.FindAsync("known", Never));
        foreach (var id in new[] { "gone", "known", "soon gone" })
            Assert.False(await copies.TryMoveAsync(Copy(id), 1, 2, Guid.NewGuid(), Never));
        Assert.Empty(await copies.HomesAsync(Never));
        Assert.Empty(await copies.IdsOfAsync(1, Never));
        Assert.False(await copies.WriteAsync(1, Copy("known"), Never)); // It came late.
        await Eventually.IsTrueAsync(async () => await copies.FindAsync("soon gone", Never) is null, "it is forgotten", 5);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_session_that_was_called_lost_cannot_be_copied_any_more(string kind)
    {
        await using var client = await ConnectAsync(kind);
        var copies = client.CopiesOf(cluster);
        Assert.Null(await copies.FindOrCloseAsync("lost", Minute, Never));
        Assert.False(await copies.WriteAsync(1, Copy("lost"), Never));
        Assert.Equal(new SessionHome(SessionHome.Nowhere, IsLive: false), await copies.FindAsync("lost", Never));
        Assert.Null(await copies.FindOrCloseAsync("soon", TimeSpan.FromMilliseconds(200), Never));
        await Eventually.IsTrueAsync(async () => await copies.WriteAsync(1, Copy("soon"), Never), "its memory is over", 5);
        Assert.Equal(new SessionHome(1, IsLive: true), await copies.FindOrCloseAsync("soon", Minute, Never));
        Assert.Equal([1], await copies.HomesAsync(Never));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Clusters_are_apart(string kind)
    {
        await using var client = await ConnectAsync(kind);
        var (copies, others) = (client.CopiesOf(cluster), client.CopiesOf(cluster + "2"));
        for (var i = 0; i < 5; i++)
            await copies.WriteAsync(1, Copy($"s{i}"), Never);
        Assert.Equal(["s0", "s1", "s2", "s3", "s4"], (await copies.IdsOfAsync(1, Never)).Order());
        Assert.Empty(await others.IdsOfAsync(1, Never));
        Assert.Null(await others.FindAsync("s1", Never));
        Assert.Empty(await others.HomesAsync(Never));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_session_that_its_home_has_created_anew_cannot_be_moved_by_who_read_it_before(string kind)
    {
        await using var client = await ConnectAsync(kind);
        var copies = client.CopiesOf(cluster);
        await copies.WriteAsync(1, Copy("s"), Never);
        var before = await OneAsync(copies, 1);
        Assert.True(await copies.TryMoveAsync(before, 1, 1, Guid.NewGuid(), Never));
        Assert.False(await copies.TryMoveAsync(before, 1, 2, Guid.NewGuid(), Never));
        await copies.WriteAsync(1, Copy("s"), Never);
        Assert.False(await copies.TryMoveAsync(before, 1, 2, Guid.NewGuid(), Never));
        Assert.True(await copies.TryMoveAsync(await OneAsync(copies, 1), 1, 2, Guid.NewGuid(), Never));
        Assert.Equal([2], await copies.HomesAsync(Never));
    }

    private static async Task<SessionCopy> OneAsync(ISessionCopies copies, int home) =>
        (await copies.ReadAsync(home, Assert.Single(await copies.IdsOfAsync(home, Never)), Never))!;

    private static SessionCopy Copy(string id, int age = 0, int idle = 0) =>
        new(id, Encoding.UTF8.GetBytes($"data of {id}"), age * Minute, idle * Minute);

    private async Task<TableClient> ConnectAsync(string kind) =>
        await TableClient.ConnectAsync((await servers.StartedAsync(kind)).Address, Seconds);
}
