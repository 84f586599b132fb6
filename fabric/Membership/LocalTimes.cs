using System.Collections.Concurrent;

namespace Steelyard.Fabric.Membership;

/// <summary>
/// Replaces the times in rows of the table, which are of their writers' clocks, by times of this machine. A clock that is minutes off would
/// make a living node look dead, or a dead one alive: only a change tells. Thread-safe.
/// </summary>
/// <param name="time">This machine's clock.</param>
internal sealed class LocalTimes(TimeProvider time)
{
    // A time of a row that is new to this node is believed if the clocks may agree.
    private static readonly TimeSpan Plausible = TimeSpan.FromSeconds(6);

    private readonly ConcurrentDictionary<SiloAddress, Seen> rows = new();

    /// <summary>Replaces the times in what has just been read.</summary>
    /// <param name="data">What was read. Its entries are changed.</param>
    /// <param name="isWhole">It has all rows: those that it does not have are forgotten.</param>
    public MembershipTableData Adjust(MembershipTableData data, bool isWhole)
    {
        var now = time.GetUtcNow().UtcDateTime;
        foreach (var (entry, _) in data.Members)
        {
            var seen = rows.AddOrUpdate(
                entry.SiloAddress,
                _ => new(entry.IAmAliveTime, Believe(entry.IAmAliveTime, now), now),
                (_, before) => before.Written == entry.IAmAliveTime ? before : before with { Written = entry.IAmAliveTime, Alive = now });
            entry.IAmAliveTime = seen.Alive;
            if (entry.Status == SiloStatus.Joining)
                entry.StartTime = seen.First;
        }

        if (isWhole)
        {
            foreach (var gone in rows.Keys.Except(data.Members.Select(member => member.Item1.SiloAddress)))
                rows.TryRemove(gone, out _);
        }

        return data;
    }

    private static DateTime Believe(DateTime written, DateTime now) => (now - written).Duration() <= Plausible ? written : now;

    private readonly record struct Seen(DateTime Written, DateTime Alive, DateTime First);
}
