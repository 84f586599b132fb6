using Npgsql;

namespace Steelyard.Fabric.Tables;

/// <summary>The tables in PostgreSQL. They are in the first schema of the user's search path, and serve any number of clusters.</summary>
internal static class PostgresSchema
{
    // Two that create the same table at a time would get an error even with IF NOT EXISTS: they take turns. The number means nothing.
    private const long Turn = 0x737465656c796172;

    private const string Exists =
        """
        SELECT to_regclass('steelyard_clusters') IS NOT NULL AND to_regclass('steelyard_members') IS NOT NULL
            AND to_regclass('steelyard_claims') IS NOT NULL AND to_regclass('steelyard_claims_expiry') IS NOT NULL
            AND to_regclass('steelyard_sessions') IS NOT NULL AND to_regclass('steelyard_sessions_home') IS NOT NULL
            AND to_regclass('steelyard_sessions_expiry') IS NOT NULL
        """;

    private const string Create =
        """
        CREATE TABLE IF NOT EXISTS steelyard_clusters (
            cluster text PRIMARY KEY,
            version integer NOT NULL,
            etag text NOT NULL);
        CREATE TABLE IF NOT EXISTS steelyard_members (
            cluster text NOT NULL,
            address text NOT NULL,
            etag text NOT NULL,
            status integer NOT NULL,
            silo_name text,
            host_name text,
            role_name text,
            proxy_port integer NOT NULL,
            update_zone integer NOT NULL,
            fault_zone integer NOT NULL,
            started_at timestamptz NOT NULL,
            alive_at timestamptz NOT NULL,
            suspected_by text[],
            suspected_at timestamptz[],
            PRIMARY KEY (cluster, address));
        CREATE TABLE IF NOT EXISTS steelyard_claims (
            cluster text NOT NULL,
            key text NOT NULL,
            owner text NOT NULL,
            expires_at timestamptz NOT NULL,
            PRIMARY KEY (cluster, key));
        CREATE INDEX IF NOT EXISTS steelyard_claims_expiry ON steelyard_claims (expires_at);
        CREATE TABLE IF NOT EXISTS steelyard_sessions (
            cluster text NOT NULL,
            id text NOT NULL,
            home integer NOT NULL,
            moved uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
            data bytea,
            created_at timestamptz NOT NULL,
            used_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            PRIMARY KEY (cluster, id));
        CREATE INDEX IF NOT EXISTS steelyard_sessions_home ON steelyard_sessions (cluster, home) WHERE data IS NOT NULL;
        CREATE INDEX IF NOT EXISTS steelyard_sessions_expiry ON steelyard_sessions (expires_at);
        """;

    /// <summary>
    /// Creates what is missing. Any number of nodes may do so at a time. When nothing is missing, a user without the right to create
    /// tables suffices.
    /// </summary>
    public static async Task CreateAsync(NpgsqlConnection connection, CancellationToken token)
    {
        await using var look = connection.Command(Exists);
        if (await look.ExecuteScalarAsync(token) is true)
            return;
        await using var change = await connection.BeginTransactionAsync(token);
        await connection.Command($"SELECT pg_advisory_xact_lock({Turn})").RunAsync(token);
        await connection.Command(Create).RunAsync(token);
        await change.CommitAsync(token);
    }
}
