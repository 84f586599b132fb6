using System.Net;
using Steelyard.Fabric.Tables;

namespace Steelyard.Tests.Functional.Tables;

/// <summary>Members for tests of membership tables.</summary>
internal static class Members
{
    /// <summary>A time that a table keeps exactly.</summary>
    public static readonly DateTime Noon = new(2026, 11, 30, 12, 0, 0, DateTimeKind.Utc);

    public static SiloAddress Silo(int number) => SiloAddress.New(IPAddress.Loopback, 11_000 + number, 1_000 + number);

    public static MembershipEntry Active(int number) => new()
    {
        SiloAddress = Silo(number),
        Status = SiloStatus.Active,
        SiloName = $"silo {number}",
        HostName = "host",
        RoleName = "role",
        ProxyPort = 30_000 + number,
        StartTime = Noon,
        IAmAliveTime = Noon,
    };

    /// <summary>Members with all fields, with as few as possible, and with extreme values.</summary>
    public static MembershipEntry[] Various() =>
    [
        Active(1),
        new MembershipEntry
        {
            SiloAddress = SiloAddress.New(IPAddress.Parse("fe80::1:2"), 65_535, int.MaxValue),
            Status = SiloStatus.ShuttingDown,
            ProxyPort = 65_535,
            UpdateZone = 3,
            FaultZone = 4,
            StartTime = Noon.AddMicroseconds(1),
            IAmAliveTime = Noon.AddMicroseconds(999_999),
            SiloName = "ünïcode '; -- ",
            SuspectTimes = [],
        },
        new MembershipEntry
        {
            SiloAddress = Silo(2),
            Status = SiloStatus.Dead,
            SuspectTimes = [Tuple.Create(Silo(3), Noon), Tuple.Create(Silo(4), Noon.AddSeconds(1))],
        },
    ];

    /// <summary>Adds a member, which must succeed. Returns the table after it.</summary>
    public static async Task<MembershipTableData> AddAsync(this PostgresMembershipTable table, MembershipEntry entry)
    {
        Assert.True(await table.InsertRow(entry, (await table.ReadAll()).Version.Next()));
        return await table.ReadAll();
    }

    /// <summary>All that a table keeps, as text.</summary>
    public static string Text(MembershipEntry entry) => string.Join(
        '|', entry.SiloAddress.ToParsableString(), entry.Status, entry.SiloName, entry.HostName, entry.RoleName, entry.ProxyPort,
        entry.UpdateZone, entry.FaultZone, entry.StartTime.Ticks, entry.IAmAliveTime.Ticks,
        entry.SuspectTimes is null
            ? "none"
            : string.Join(',', entry.SuspectTimes.Select(vote => $"{vote.Item1.ToParsableString()} {vote.Item2.Ticks}")));

    /// <summary>The whole table, as text.</summary>
    public static string Text(MembershipTableData table) =>
        $"{table.Version.Version} {table.Version.VersionEtag}: " +
        string.Join(';', table.Members.Select(member => $"{Text(member.Item1)} {member.Item2}").Order(StringComparer.Ordinal));
}
