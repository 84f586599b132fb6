using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Steelyard.History;

/// <summary>The table of ended sessions: its schema and its changes. Times are in units of 100 ns since 1970.</summary>
internal static class HistoryTable
{
    private const long Version = 1;
    private const int PruneStep = 100;

    private static readonly TimeSpan LongestCheck = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// Creates the table, or adds what the table of an earlier program lacks. Slow changes are left for later. Writes nothing that is not
    /// needed, because a node must start even on a full disk. The version says which programs can use the table; programs of version 1
    /// still can. Throws <see cref="IOException"/> when a later version of this program created the table.
    /// </summary>
    public static void Prepare(SqliteConnection connection)
    {
        var version = connection.Number("PRAGMA user_version");
        if (version > Version)
            throw new IOException($"its database has version {version}, but this program only knows version {Version}");
        if (version < Version)
            Create(connection);
        if (connection.Number("SELECT count(*) FROM pragma_table_info('ended') WHERE name = 'cause'") == 0)
            connection.Run("ALTER TABLE ended ADD COLUMN cause TEXT");
        HistoryLabels.Prepare(connection);
    }

    /// <summary>
    /// Returns what is wrong with the file; null when half a second of checks finds nothing. The newest rows are always read.
    /// </summary>
    public static string? FindDamage(SqliteConnection connection, TimeProvider time)
    {
        connection.Number(
            "SELECT count(detail || ifnull(facts, '')) FROM (SELECT detail, facts FROM ended ORDER BY number DESC LIMIT 10000)");
        using var limit = new CancellationTokenSource(LongestCheck, time);
        using var stop = new SqliteDeadline(connection, limit.Token);
        using var command = connection.Command("PRAGMA quick_check(1)");
        try
        {
            return (string?)command.ExecuteScalar() is { } found and not "ok" ? found : null;
        }
        catch (SqliteException e) when (e.SqliteErrorCode == raw.SQLITE_INTERRUPT)
        {
            return null;
        }
    }

    /// <summary>Inserts all rows or none. A row replaces an existing row with the same number or id.</summary>
    public static void Insert(SqliteConnection connection, IReadOnlyList<HistoryRow> rows)
    {
        using var transaction = connection.BeginTransaction();
        using var command = connection.Command("""
            INSERT OR REPLACE INTO ended (
                number, id, node, holder, worker, created_at, ended_at, reason, detail,
                restarts, bytes_sent, bytes_received, ttl, max_age, metadata, facts, cause)
            VALUES (
                $number, $id, $node, $holder, $worker, $created, $ended, $reason, $detail,
                $restarts, $sent, $received, $ttl, $age, $metadata, $facts, $cause)
            """);
        command.Transaction = transaction;
        foreach (var row in rows)
        {
            command
                .With("$number", row.Number).With("$id", row.Id).With("$node", row.Node).With("$holder", row.Holder)
                .With("$worker", row.Worker)
                .With("$created", HistoryTime.Write(row.CreatedAt)).With("$ended", HistoryTime.Write(row.EndedAt))
                .With("$reason", row.Reason).With("$detail", row.Detail)
                .With("$restarts", row.Restarts).With("$sent", row.BytesSent).With("$received", row.BytesReceived)
                .With("$ttl", row.Ttl.Ticks).With("$age", row.MaxAge?.Ticks)
                .With("$metadata", row.Metadata).With("$facts", row.Facts).With("$cause", row.Cause);
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    /// <summary>Deletes the oldest rows, a few at a time, until the rows take no more than <paramref name="maxBytes"/>.</summary>
    public static void PruneBySize(SqliteConnection connection, long maxBytes)
    {
        using var delete = connection.Command("DELETE FROM ended WHERE number IN (SELECT number FROM ended ORDER BY number LIMIT $step)");
        delete.With("$step", PruneStep);
        while (UsedBytes(connection) > maxBytes && delete.ExecuteNonQuery() > 0)
        {
        }
    }

    /// <summary>
    /// Deletes the rows that ended before <paramref name="oldest"/>, a few at a time, in the order in which they were written. Deletion
    /// stops at the first row to keep. If a row after it looks too old, the clock was wrong when that row was written. Rows whose time is
    /// in the future are kept and do no harm.
    /// </summary>
    public static void PruneByAge(SqliteConnection connection, DateTimeOffset oldest, DateTimeOffset now)
    {
        using var find = connection.Command("SELECT number FROM ended WHERE ended_at BETWEEN $oldest AND $now ORDER BY number LIMIT 1");
        var firstToStay =
            (long?)find.With("$oldest", HistoryTime.Write(oldest)).With("$now", HistoryTime.Write(now)).ExecuteScalar() ?? long.MaxValue;
        using var delete = connection.Command(
            "DELETE FROM ended WHERE number IN " +
            "(SELECT number FROM ended WHERE number < $stays AND ended_at < $oldest ORDER BY number LIMIT $step)");
        delete.With("$stays", firstToStay).With("$oldest", HistoryTime.Write(oldest)).With("$step", PruneStep);
        while (delete.ExecuteNonQuery() > 0)
        {
        }
    }

    private static void Create(SqliteConnection connection) => connection.Run($"""
        BEGIN IMMEDIATE;
        CREATE TABLE IF NOT EXISTS ended (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, node INTEGER NOT NULL, holder TEXT, worker TEXT,
            created_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, restarts INTEGER NOT NULL,
            bytes_sent INTEGER NOT NULL, bytes_received INTEGER NOT NULL, ttl INTEGER NOT NULL, max_age INTEGER,
            metadata TEXT, facts TEXT) STRICT;
        CREATE INDEX IF NOT EXISTS ended_by_creation ON ended (created_at DESC, id, reason);
        CREATE INDEX IF NOT EXISTS ended_by_holder ON ended (holder, created_at DESC, id, reason);
        PRAGMA user_version = {Version};
        COMMIT;
        """);

    private static long UsedBytes(SqliteConnection connection) =>
        (connection.Number("PRAGMA page_count") - connection.Number("PRAGMA freelist_count")) * connection.Number("PRAGMA page_size");
}
