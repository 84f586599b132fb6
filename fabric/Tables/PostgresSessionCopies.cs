using Npgsql;
using NpgsqlTypes;

namespace Steelyard.Fabric.Tables;

/// <summary>
/// Copies in PostgreSQL: a row each. A call is one statement, which compares times with the database's clock alone. The table is created at
/// the first call that misses it.
/// </summary>
/// <param name="database">Shared, and not disposed here.</param>
/// <param name="clusterId">Its rows are apart from those of other clusters.</param>
public sealed class PostgresSessionCopies(PostgresDatabase database, string clusterId) : ISessionCopies
{
    // Also deletes some rows whose life is over, since nobody else would. A row that another call has locked is left to it, so that no two
    // calls wait for each other.
    private const string Write =
        """
        WITH old AS (
            DELETE FROM steelyard_sessions WHERE (cluster, id) IN (
                SELECT cluster, id FROM steelyard_sessions WHERE expires_at < now() AND (cluster, id) <> (@cluster, @id)
                LIMIT 10 FOR UPDATE SKIP LOCKED))
        INSERT INTO steelyard_sessions AS held (cluster, id, home, data, created_at, used_at, expires_at)
            VALUES (@cluster, @id, @home, @data, now() - @age, now() - @idle, now() + @life)
        ON CONFLICT (cluster, id) DO UPDATE SET
            home = excluded.home, data = excluded.data, created_at = excluded.created_at, used_at = excluded.used_at,
            expires_at = excluded.expires_at
            WHERE (held.home = excluded.home AND held.data IS NOT NULL) OR held.expires_at < now()
        RETURNING id
        """;

    private const string Touch =
        """
        WITH given AS (SELECT * FROM unnest(@ids, @idle) AS given (id, idle)),
        touched AS (
            UPDATE steelyard_sessions AS held SET used_at = now() - given.idle, expires_at = now() + @life
            FROM given WHERE cluster = @cluster AND held.id = given.id AND home = @home AND data IS NOT NULL
            RETURNING held.id)
        SELECT id FROM given WHERE id NOT IN (SELECT id FROM touched)
        """;

    private const string End =
        """
        WITH forgotten AS (
            DELETE FROM steelyard_sessions WHERE cluster = @cluster AND id = @id AND home = @home AND @memory = interval '0')
        UPDATE steelyard_sessions SET data = NULL, expires_at = now() + @memory
            WHERE cluster = @cluster AND id = @id AND home = @home AND @memory > interval '0'
        """;

    private const string Homes =
        "SELECT DISTINCT home FROM steelyard_sessions WHERE cluster = @cluster AND data IS NOT NULL AND expires_at > now()";

    private const string Ids =
        "SELECT id FROM steelyard_sessions WHERE cluster = @cluster AND home = @home AND data IS NOT NULL AND expires_at > now()";

    private const string Read =
        """
        SELECT data, now() - created_at, now() - used_at, moved FROM steelyard_sessions
        WHERE cluster = @cluster AND id = @id AND home = @home AND data IS NOT NULL AND expires_at > now()
        """;

    private const string Move =
        """
        UPDATE steelyard_sessions SET home = @to, moved = @token
        WHERE cluster = @cluster AND id = @id AND data IS NOT NULL AND expires_at > now()
            AND ((home = @home AND moved = @moved) OR moved = @token)
        RETURNING id
        """;

    private const string Close =
        """
        INSERT INTO steelyard_sessions AS held (cluster, id, home, created_at, used_at, expires_at)
            VALUES (@cluster, @id, @home, now(), now(), now() + @memory)
        ON CONFLICT (cluster, id) DO UPDATE SET home = excluded.home, data = NULL, expires_at = excluded.expires_at
            WHERE held.expires_at < now()
        RETURNING id
        """;

    private const string Find =
        "SELECT home, data IS NOT NULL FROM steelyard_sessions WHERE cluster = @cluster AND id = @id AND expires_at > now()";

    public async Task<bool> WriteAsync(int home, SessionCopy copy, CancellationToken cancellationToken) => (await RunAsync(
        $"write a copy of session {copy.Id}",
        Write,
        command => command.With("id", copy.Id).With("home", home).With("data", NpgsqlDbType.Bytea, copy.Data.ToArray())
            .With("age", NpgsqlDbType.Interval, copy.Age).With("idle", NpgsqlDbType.Interval, copy.Idle)
            .With("life", NpgsqlDbType.Interval, ISessionCopies.Life),
        row => row.GetString(0),
        cancellationToken)).Count == 1;

    public Task<IReadOnlyList<string>> TouchAsync(
        int home, IReadOnlyDictionary<string, TimeSpan> idle, CancellationToken cancellationToken) => RunAsync(
        "touch the copies of sessions",
        Touch,
        command => command.With("home", home)
            .With("ids", NpgsqlDbType.Array | NpgsqlDbType.Text, idle.Keys.ToArray())
            .With("idle", NpgsqlDbType.Array | NpgsqlDbType.Interval, idle.Values.ToArray())
            .With("life", NpgsqlDbType.Interval, ISessionCopies.Life),
        row => row.GetString(0),
        cancellationToken);

    public Task EndAsync(int home, string id, TimeSpan memory, CancellationToken cancellationToken) => RunAsync(
        $"delete the copy of session {id}",
        End,
        command => command.With("id", id).With("home", home).With("memory", NpgsqlDbType.Interval, memory),
        row => 0,
        cancellationToken);

    public Task<IReadOnlyList<int>> HomesAsync(CancellationToken cancellationToken) =>
        RunAsync("read the homes of sessions", Homes, command => command, row => row.GetInt32(0), cancellationToken);

    public Task<IReadOnlyList<string>> IdsOfAsync(int home, CancellationToken cancellationToken) => RunAsync(
        "read the ids of sessions", Ids, command => command.With("home", home), row => row.GetString(0), cancellationToken);

    public async Task<SessionCopy?> ReadAsync(int home, string id, CancellationToken cancellationToken) => (await RunAsync(
        $"read the copy of session {id}",
        Read,
        command => command.With("home", home).With("id", id),
        row => new SessionCopy(id, row.GetFieldValue<byte[]>(0), row.GetFieldValue<TimeSpan>(1), row.GetFieldValue<TimeSpan>(2))
        {
            Moved = row.GetGuid(3),
        },
        cancellationToken)).SingleOrDefault();

    public async Task<bool> TryMoveAsync(SessionCopy copy, int from, int to, Guid token, CancellationToken cancellationToken) =>
        (await RunAsync(
            $"move session {copy.Id}",
            Move,
            command => command.With("id", copy.Id).With("home", from).With("to", to)
                .With("moved", NpgsqlDbType.Uuid, copy.Moved).With("token", NpgsqlDbType.Uuid, token),
            row => row.GetString(0),
            cancellationToken)).Count == 1;

    public async Task<SessionHome?> FindOrCloseAsync(string id, TimeSpan memory, CancellationToken cancellationToken)
    {
        var isClosed = (await RunAsync(
            $"close session {id}",
            Close,
            command => command.With("id", id).With("home", SessionHome.Nowhere).With("memory", NpgsqlDbType.Interval, memory),
            row => row.GetString(0),
            cancellationToken)).Count == 1;
        return isClosed ? null : await FindAsync(id, cancellationToken);
    }

    public async Task<SessionHome?> FindAsync(string id, CancellationToken cancellationToken) => (await RunAsync(
        $"find session {id}",
        Find,
        command => command.With("id", id),
        row => (SessionHome?)new SessionHome(row.GetInt32(0), row.GetBoolean(1)),
        cancellationToken)).SingleOrDefault();

    // Each statement can be made again: its second time changes nothing.
    private Task<IReadOnlyList<T>> RunAsync<T>(
        string purpose, string sql, Func<NpgsqlCommand, NpgsqlCommand> with, Func<NpgsqlDataReader, T> read, CancellationToken token) =>
        database.RunAsync<IReadOnlyList<T>>(
            purpose,
            async (connection, cancelled) =>
            {
                try
                {
                    return await RowsAsync();
                }
                catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
                {
                    await PostgresSchema.CreateAsync(connection, cancelled);
                    return await RowsAsync();
                }

                async Task<List<T>> RowsAsync()
                {
                    await using var command = with(connection.Command(sql).With("cluster", clusterId));
                    await using var rows = await command.ExecuteReaderAsync(cancelled);
                    var list = new List<T>();
                    while (await rows.ReadAsync(cancelled))
                        list.Add(read(rows));
                    return list;
                }
            },
            repeatable: true,
            token);
}
