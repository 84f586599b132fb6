using Microsoft.Data.Sqlite;

namespace Steelyard.History;

/// <summary>
/// The index of the labels in <c>ended.metadata</c>: a list by label looks at the rows that have the label, and at no others. Triggers
/// keep it, so that a program of an earlier version, which does not know it, keeps it as well.
/// </summary>
internal static class HistoryLabels
{
    private const int Step = 500;

    // Where the rarest label has more rows than that, which one is the rarest matters no more than it costs to find out.
    private const int MostCounted = 500;

    // "below": rows with lower numbers were there before the index, and are not in it yet.
    private const string Definition = $"""
        CREATE TABLE label (
            name TEXT NOT NULL, value TEXT NOT NULL, created_at INTEGER NOT NULL, number INTEGER NOT NULL, holder TEXT, reason TEXT NOT NULL,
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

    // What is no JSON, or no text, was not written by this program, and must not be in its way.
    private const string Labels = "json_each(CASE WHEN json_valid(row.metadata) THEN row.metadata END) entry WHERE entry.type = 'text'";

    /// <summary>Makes the index if need be, without what belongs into it: <see cref="TryFill"/> does that.</summary>
    public static void Prepare(SqliteConnection connection)
    {
        if (connection.Number("SELECT count(*) FROM sqlite_master WHERE name = 'label'") == 0)
            connection.Run($"BEGIN IMMEDIATE; {Definition} COMMIT;");
    }

    /// <summary>All rows are in the index.</summary>
    public static bool AreComplete(SqliteConnection connection) => connection.Number("SELECT below FROM unlabelled") == 0;

    /// <summary>Puts some older rows into the index, the newest of them first. False when there are none.</summary>
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

    /// <summary>The labels in the order in which they are best looked for: the rarest first, as far as can be told cheaply.</summary>
    public static List<KeyValuePair<string, string>> InOrder(SqliteConnection connection, IReadOnlyDictionary<string, string> labels)
    {
        using var count = connection.Command($"SELECT count(*) FROM (SELECT 1 FROM label WHERE name = $name AND value = $value LIMIT {MostCounted})");
        return [.. labels.OrderBy(label => (long)count.With("$name", label.Key).With("$value", label.Value).ExecuteScalar()!)];
    }
}
