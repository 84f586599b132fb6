using Npgsql;
using NpgsqlTypes;

namespace Steelyard.Fabric.Tables;

/// <summary>
/// Claims in PostgreSQL: a row each. A call is one statement, which compares times with the database's clock alone. The table is created
/// at the first call that misses it.
/// </summary>
/// <param name="database">Shared, and not disposed here.</param>
/// <param name="clusterId">Its keys are apart from those of other clusters.</param>
public sealed class PostgresClaims(PostgresDatabase database, string clusterId) : IClaims
{
    // Also deletes some claims whose life is over, since nobody else would. A row that another call has locked is left to it, so that no
    // two calls wait for each other.
    private const string Claim =
        """
        WITH old AS (
            DELETE FROM steelyard_claims WHERE (cluster, key) IN (
                SELECT cluster, key FROM steelyard_claims WHERE expires_at < now() AND (cluster, key) <> (@cluster, @key)
                LIMIT 10 FOR UPDATE SKIP LOCKED))
        INSERT INTO steelyard_claims AS held (cluster, key, owner, expires_at)
            VALUES (@cluster, @key, @owner, coalesce(now() + @life, 'infinity'))
        ON CONFLICT (cluster, key) DO UPDATE SET
            owner = CASE WHEN held.owner <> excluded.owner AND held.expires_at > now() THEN held.owner ELSE excluded.owner END,
            expires_at = CASE WHEN held.owner <> excluded.owner AND held.expires_at > now() THEN held.expires_at
                ELSE excluded.expires_at END
        RETURNING owner
        """;

    private const string Find = "SELECT owner FROM steelyard_claims WHERE cluster = @cluster AND key = @key AND expires_at > now()";

    private const string Release = "DELETE FROM steelyard_claims WHERE cluster = @cluster AND key = @key AND owner = @owner";

    public async Task<string> ClaimAsync(string key, string owner, TimeSpan? life, CancellationToken cancellationToken = default)
    {
        Claims.Check(owner, life);
        return (await RunAsync($"claim {key}", Claim, key, owner, life, cancellationToken))!;
    }

    public Task<string?> FindAsync(string key, CancellationToken cancellationToken = default) =>
        RunAsync($"find {key}", Find, key, null, null, cancellationToken);

    public Task ReleaseAsync(string key, string owner, CancellationToken cancellationToken = default) =>
        RunAsync($"release {key}", Release, key, owner, null, cancellationToken);

    // Each statement can be made again: a second claim or release of the same owner changes nothing.
    private Task<string?> RunAsync(
        string purpose, string sql, string key, string? owner, TimeSpan? life, CancellationToken token) => database.RunAsync(
        purpose,
        async (connection, cancelled) =>
        {
            try
            {
                return await Command(connection).TextAsync(cancelled);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
            {
                await PostgresSchema.CreateAsync(connection, cancelled);
                return await Command(connection).TextAsync(cancelled);
            }

            NpgsqlCommand Command(NpgsqlConnection on) => on.Command(sql)
                .With("cluster", clusterId).With("key", key).With("owner", owner).With("life", NpgsqlDbType.Interval, life);
        },
        repeatable: true,
        token);
}
