using Npgsql;
using NpgsqlTypes;

namespace Steelyard.Fabric.Tables;

/// <summary>A member and its row in PostgreSQL.</summary>
internal static class MemberRow
{
    /// <summary>In the order in which <see cref="Read"/> expects them, from the first column on.</summary>
    public const string Columns =
        "address, members.etag, status, silo_name, host_name, role_name, proxy_port, update_zone, fault_zone, started_at, alive_at, " +
        "suspected_by, suspected_at";

    /// <summary>The number of <see cref="Columns"/>.</summary>
    public const int Count = 13;

    /// <summary>Adds nothing when the member has a row.</summary>
    public static NpgsqlCommand Insert(NpgsqlConnection connection, string cluster, MembershipEntry entry, string etag) => WithValues(
        connection.Command(
            """
            INSERT INTO steelyard_members VALUES (
                @cluster, @address, @etag, @status, @silo, @host, @role, @proxy, @update, @fault, @started, @alive, @by, @at)
            ON CONFLICT (cluster, address) DO NOTHING
            """),
        cluster,
        entry,
        etag);

    /// <summary>Changes nothing when the member has no row, or one with an etag other than the parameter <c>expected</c>.</summary>
    public static NpgsqlCommand Update(NpgsqlConnection connection, string cluster, MembershipEntry entry, string etag) => WithValues(
        connection.Command(
            """
            UPDATE steelyard_members SET
                etag = @etag, status = @status, silo_name = @silo, host_name = @host, role_name = @role, proxy_port = @proxy,
                update_zone = @update, fault_zone = @fault, started_at = @started, alive_at = @alive, suspected_by = @by, suspected_at = @at
            WHERE cluster = @cluster AND address = @address AND etag = @expected
            """),
        cluster,
        entry,
        etag);

    public static NpgsqlCommand UpdateAlive(NpgsqlConnection connection, string cluster, MembershipEntry entry) => connection
        .Command("UPDATE steelyard_members SET alive_at = @alive WHERE cluster = @cluster AND address = @address")
        .With("cluster", cluster)
        .With("address", entry.SiloAddress.ToParsableString())
        .With("alive", entry.IAmAliveTime);

    // A vote against a member counts as news of it: one that was declared dead just now stays, however long it had been silent before.
    public static NpgsqlCommand DeleteDead(NpgsqlConnection connection, string cluster, DateTime before) => connection
        .Command(
            """
            DELETE FROM steelyard_members WHERE cluster = @cluster AND status = @dead
                AND greatest(started_at, alive_at, (SELECT max(vote) FROM unnest(suspected_at) AS votes (vote))) < @before
            """)
        .With("cluster", cluster)
        .With("dead", (int)SiloStatus.Dead)
        .With("before", before);

    /// <summary>The member and its etag; null when there is none in this row.</summary>
    public static Tuple<MembershipEntry, string>? Read(NpgsqlDataReader row)
    {
        if (row.IsDBNull(0))
            return null;
        var entry = new MembershipEntry
        {
            SiloAddress = SiloAddress.FromParsableString(row.GetString(0)),
            Status = (SiloStatus)row.GetInt32(2),
            SiloName = Text(row, 3)!,
            HostName = Text(row, 4)!,
            RoleName = Text(row, 5),
            ProxyPort = row.GetInt32(6),
            UpdateZone = row.GetInt32(7),
            FaultZone = row.GetInt32(8),
            StartTime = row.GetDateTime(9),
            IAmAliveTime = row.GetDateTime(10),
        };
        if (!row.IsDBNull(11))
        {
            entry.SuspectTimes = row.GetFieldValue<string[]>(11).Zip(
                row.GetFieldValue<DateTime[]>(12), (silo, time) => Tuple.Create(SiloAddress.FromParsableString(silo), time)).ToList();
        }

        return Tuple.Create(entry, row.GetString(1));
    }

    private static NpgsqlCommand WithValues(NpgsqlCommand command, string cluster, MembershipEntry entry, string etag) => command
        .With("cluster", cluster)
        .With("address", entry.SiloAddress.ToParsableString())
        .With("etag", etag)
        .With("status", (int)entry.Status)
        .With("silo", entry.SiloName)
        .With("host", entry.HostName)
        .With("role", entry.RoleName)
        .With("proxy", entry.ProxyPort)
        .With("update", entry.UpdateZone)
        .With("fault", entry.FaultZone)
        .With("started", entry.StartTime)
        .With("alive", entry.IAmAliveTime)
        .With("by", NpgsqlDbType.Array | NpgsqlDbType.Text, entry.SuspectTimes?.Select(vote => vote.Item1.ToParsableString()).ToArray())
        .With(
            "at",
            NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
            entry.SuspectTimes?.Select(vote => PostgresCommands.Utc(vote.Item2)).ToArray());

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
