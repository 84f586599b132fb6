using Npgsql;

namespace Steelyard.Fabric.Tables;

/// <summary>
/// The members of one cluster in PostgreSQL. The cluster's row holds the table's version and etag: each change but a heartbeat locks it
/// first, so that changes are made one after the other. A member's etag changes with its row, except for a heartbeat.
/// </summary>
/// <remarks>
/// All methods throw <see cref="TableUnavailableException"/> within the database's deadline, and return on the thread pool. A change that
/// failed may have been made, when its answer was lost; made again it returns false. Times are kept to the microsecond.
/// </remarks>
/// <param name="database">Shared, and not disposed here.</param>
/// <param name="clusterId">The rows of other clusters are neither read nor changed.</param>
public sealed class PostgresMembershipTable(PostgresDatabase database, string clusterId) : IMembershipTable
{
    private const string MissingRow = "its rows are gone. Was the database emptied? Nodes that initialize the table create them again.";

    /// <summary>
    /// Creates what is missing, which any number of nodes may do at a time; or, for false, only looks whether it is there.
    /// </summary>
    public Task InitializeMembershipTableAsync(bool tryInitTableVersion, CancellationToken cancellationToken) => database.RunAsync(
        "initialize the members",
        async (connection, token) =>
        {
            if (!tryInitTableVersion)
                return await connection.Command("SELECT FROM steelyard_clusters, steelyard_members LIMIT 0").RunAsync(token);
            await PostgresSchema.CreateAsync(connection, token);
            return await connection
                .Command("INSERT INTO steelyard_clusters VALUES (@cluster, 0, @etag) ON CONFLICT (cluster) DO NOTHING")
                .With("cluster", clusterId).With("etag", NewEtag()).RunAsync(token);
        },
        repeatable: true,
        cancellationToken);

    public Task<MembershipTableData> ReadAllAsync(CancellationToken cancellationToken) => ReadAsync(null, cancellationToken);

    public Task<MembershipTableData> ReadRowAsync(SiloAddress key, CancellationToken cancellationToken) =>
        ReadAsync(key, cancellationToken);

    // One statement, so that the version and the rows are of one moment.
    private Task<MembershipTableData> ReadAsync(SiloAddress? key, CancellationToken cancellationToken) => database.RunAsync(
        "read the members",
        async (connection, token) =>
        {
            await using var command = connection
                .Command($"""
                    SELECT {MemberRow.Columns}, version, clusters.etag FROM steelyard_clusters AS clusters
                    LEFT JOIN steelyard_members AS members
                        ON members.cluster = clusters.cluster {(key is null ? "" : "AND address = @address")}
                    WHERE clusters.cluster = @cluster
                    """)
                .With("cluster", clusterId).With("address", key?.ToParsableString());
            await using var rows = await command.ExecuteReaderAsync(token);
            List<Tuple<MembershipEntry, string>> members = [];
            TableVersion? version = null;
            while (await rows.ReadAsync(token))
            {
                version ??= new(rows.GetInt32(MemberRow.Count), rows.GetString(MemberRow.Count + 1));
                if (MemberRow.Read(rows) is { } member)
                    members.Add(member);
            }

            return new MembershipTableData(members, version ?? throw database.Failure("read the members", MissingRow));
        },
        repeatable: true,
        cancellationToken);

    public Task<bool> InsertRowAsync(MembershipEntry entry, TableVersion tableVersion, CancellationToken cancellationToken) => ChangeAsync(
        "add a member",
        tableVersion,
        connection => MemberRow.Insert(connection, clusterId, entry, NewEtag()),
        cancellationToken);

    public Task<bool> UpdateRowAsync(
        MembershipEntry entry, string etag, TableVersion tableVersion, CancellationToken cancellationToken) => ChangeAsync(
        "change a member",
        tableVersion,
        connection => MemberRow.Update(connection, clusterId, entry, NewEtag()).With("expected", etag),
        cancellationToken);

    // Not repeatable: it would find its own change and say that another has made one.
    private Task<bool> ChangeAsync(
        string purpose, TableVersion next, Func<NpgsqlConnection, NpgsqlCommand> change, CancellationToken cancellationToken) =>
        database.RunAsync(
            purpose,
            async (connection, token) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(token);
                var etag = await connection.Command("SELECT etag FROM steelyard_clusters WHERE cluster = @cluster FOR UPDATE")
                    .With("cluster", clusterId).TextAsync(token) ?? throw database.Failure(purpose, MissingRow);
                if (etag != next.VersionEtag || await change(connection).RunAsync(token) == 0)
                    return false;
                await connection.Command("UPDATE steelyard_clusters SET version = @version, etag = @etag WHERE cluster = @cluster")
                    .With("cluster", clusterId).With("version", next.Version).With("etag", NewEtag()).RunAsync(token);
                await transaction.CommitAsync(token);
                return true;
            },
            repeatable: false,
            cancellationToken);

    /// <summary>Writes the time alone. Throws when the member has no row, as after the database was emptied.</summary>
    public Task UpdateIAmAliveAsync(MembershipEntry entry, CancellationToken cancellationToken) => database.RunAsync(
        "write a heartbeat",
        async (connection, token) => await MemberRow.UpdateAlive(connection, clusterId, entry).RunAsync(token) == 1
            ? true
            : throw database.Failure("write a heartbeat", MissingRow),
        repeatable: true,
        cancellationToken);

    public Task DeleteMembershipTableEntriesAsync(string clusterId, CancellationToken cancellationToken) => database.RunAsync(
        "delete a cluster",
        async (connection, token) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(token);
            await connection.Command("DELETE FROM steelyard_clusters WHERE cluster = @cluster").With("cluster", clusterId).RunAsync(token);
            await connection.Command("DELETE FROM steelyard_members WHERE cluster = @cluster").With("cluster", clusterId).RunAsync(token);
            await transaction.CommitAsync(token);
            return true;
        },
        repeatable: true,
        cancellationToken);

    /// <summary>
    /// Deletes dead members that were last heard of, or suspected, before this time. The version stays: nobody's view changes.
    /// </summary>
    public Task CleanupDefunctSiloEntriesAsync(DateTimeOffset beforeDate, CancellationToken cancellationToken) => database.RunAsync(
        "delete dead members",
        async (connection, token) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(token);
            await connection.Command("SELECT etag FROM steelyard_clusters WHERE cluster = @cluster FOR UPDATE")
                .With("cluster", clusterId).TextAsync(token);
            await MemberRow.DeleteDead(connection, clusterId, beforeDate.UtcDateTime).RunAsync(token);
            await transaction.CommitAsync(token);
            return true;
        },
        repeatable: true,
        cancellationToken);

    public Task InitializeMembershipTable(bool tryInitTableVersion) => InitializeMembershipTableAsync(tryInitTableVersion, default);

    public Task<MembershipTableData> ReadAll() => ReadAllAsync(default);

    public Task<MembershipTableData> ReadRow(SiloAddress key) => ReadRowAsync(key, default);

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => InsertRowAsync(entry, tableVersion, default);

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) =>
        UpdateRowAsync(entry, etag, tableVersion, default);

    public Task UpdateIAmAlive(MembershipEntry entry) => UpdateIAmAliveAsync(entry, default);

    public Task DeleteMembershipTableEntries(string clusterId) => DeleteMembershipTableEntriesAsync(clusterId, default);

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => CleanupDefunctSiloEntriesAsync(beforeDate, default);

    // Random, so that those of a table that was emptied and filled again are never taken for the old ones.
    private static string NewEtag() => Guid.NewGuid().ToString("N");
}
