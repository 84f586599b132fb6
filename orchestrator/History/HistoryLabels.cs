using Microsoft.Data.Sqlite;

namespace Steelyard.History;

/// <summary>
/// The index of the labels in <c>ended.metadata</c>: a list by label reads only the rows that have the label. Triggers maintain the index,
/// so that an earlier version of the program, which does not know it, maintains it as well.
/// </summary>
internal static class HistoryLabels
{
    private const int Step = 500;

    // When even the rarest label has more rows than this, counting further costs more than a better order saves.
    private const int MostCounted = 500;

    // "below": rows with lower numbers were written before the index existed and are not in it yet.
    private const string Definition = $"""
        CREATE TABLE label (
            name TEXT NOT NULL, value TEXT NOT NULL, created_at INTEGER NOT NULL, number INTEGER NOT NULL,
            holder TEXT, reason TEXT NOT NULL,
            PRIMARY KEY (name, value, created_at DESC, number)) STRICT, WITHOUT ROWID;
        CREATE TABLE unlabelled (below INTEGER NOT NULL) STRICT;
        INSERT INTO unlabelled SELECT ifnull(max(number) + 1, 0) FROM ended;
        CREATE TRIGGER ended_is_labelled AFTER INSERT ON ended BEGIN
            INSERT INTO label SELECT {Fields} FROM (SELECT new.number, new.created_at, new.holder, new.reason, new.metadata) row, {Labels};
        END;
        CREATE TRIGGER ended_is_gone AFTER DELETE ON ended BEGIN
            DELETE FROM label WHERE (name, value, created_at, number) IN
                (SELECT {Key} FROM (SELECT old.number, old.created_at, old.metadata) row, {Labels});
        END;
        """;

    private const string Key = "entry.key, entry.value, row.created_at, row.number";
    private const string Fields = $"{Key}, row.holder, row.reason";

    // A value that is not JSON or not a string was not written by this program. It is ignored.
    private const string Labels = "json_each(CASE WHEN json_valid(row.metadata) THEN row.metadata END) entry WHERE entry.type = 'text'";

    /// <summary>Creates the index if it does not exist. The index is empty at first: <see cref="TryFill"/> adds the older rows.</summary>
    public static void Prepare(SqliteConnection connection)
    {
        if (connection.Number("SELECT count(*) FROM sqlite_master WHERE name = 'label'") == 0)
            connection.Run($"BEGIN IMMEDIATE; {Definition} COMMIT;");
    }

    /// <summary>Whether all rows are in the index.</summary>
    public static bool AreComplete(SqliteConnection connection) => connection.Number("SELECT below FROM unlabelled") == 0;

    /// <summary>Adds some older rows to the index, the newest of them first. False when no row is missing.</summary>
    public static bool TryFill(SqliteConnection connection)
    {
        if (AreComplete(connection))
            return false;
        const string Rows = "SELECT * FROM ended WHERE number < (SELECT below FROM unlabelled) ORDER BY number DESC LIMIT $step";
        using var transaction = connection.BeginTransaction();
        using var fill = connection.Command($"INSERT OR IGNORE INTO label SELECT {Fields} FROM ({Rows}) row, {Labels}");
        fill.With("$step", Step).ExecuteNonQuery();
        using var advance = connection.Command($"UPDATE unlabelled SET below = ifnull((SELECT min(number) FROM ({Rows})), 0)");
        advance.With("$step", Step).ExecuteNonQuery();
        transaction.Commit();
        return true;
    }

    /// <summary>Returns the labels in the best order for a search: the rarest first, as far as that is cheap to find out.</summary>
    public static List<KeyValuePair<string, string>> InOrder(SqliteConnection connection, IReadOnlyDictionary<string, string> labels)
    {
        using var count = connection.Command(
            $"SELECT count(*) FROM (SELECT 1 FROM label WHERE name = $name AND value = $value LIMIT {MostCounted})");
        return [.. labels.OrderBy(label => (long)count.With("$name", label.Key).With("$value", label.Value).ExecuteScalar()!)];
    }
}
