using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Steelyard.History;

/// <summary>Queries of the table of ended sessions.</summary>
internal static class HistoryReads
{
    private const string Columns = """
        ended.number, ended.id, ended.node, ended.holder, ended.worker, ended.created_at, ended.ended_at, ended.reason, ended.detail,
        ended.restarts, ended.bytes_sent, ended.bytes_received, ended.ttl, ended.max_age, ended.metadata, ended.facts, ended.cause
        """;

    /// <summary>Returns the sessions that ended last, the oldest of them first.</summary>
    public static List<HistoryRow> Newest(SqliteConnection connection, int count)
    {
        using var command = connection.Command($"SELECT {Columns} FROM ended ORDER BY number DESC LIMIT $count");
        var rows = Rows(command.With("$count", count));
        rows.Reverse();
        return rows;
    }

    /// <summary>Returns the session with this id; null when there is no row for it.</summary>
    public static HistoryRow? Find(SqliteConnection connection, string id)
    {
        using var command = connection.Command($"SELECT {Columns} FROM ended WHERE id = $id");
        return Rows(command.With("$id", id)).SingleOrDefault();
    }

    /// <summary>Returns one page of rows and the number of all rows that match.</summary>
    public static HistoryPage Page(SqliteConnection connection, HistoryQuery query)
    {
        // One snapshot for both reads: a row that is written between them must not appear in only one.
        using var transaction = connection.BeginTransaction(deferred: true);
        var labels = query.Metadata is { Count: > 0 } wanted && HistoryLabels.AreComplete(connection)
            ? HistoryLabels.InOrder(connection, wanted)
            : [];
        var of = labels.Count > 0 ? "label" : "ended";
        var condition = Condition(query, of, labels.Count);
        using var count = connection.Command($"SELECT count(*) FROM {of} WHERE {condition}");
        Bind(count, query, labels);
        using var page = connection.Command($"""
            SELECT {Columns} FROM {(of == "label" ? "label CROSS JOIN ended ON ended.number = label.number" : "ended")}
            WHERE {condition}
                {(query.After is null ? "" : $"AND {of}.created_at <= $created AND ({of}.created_at < $created OR ended.id > $id)")}
            ORDER BY {of}.created_at DESC, ended.id LIMIT $limit
            """);
        Bind(page, query, labels);
        if (query.After is { } after)
            page.With("$created", HistoryTime.Write(after.CreatedAt)).With("$id", after.Id);
        return new(Rows(page.With("$limit", query.Limit)), checked((int)(long)count.ExecuteScalar()!));
    }

    // Names only the columns that the query needs, so that the indexes alone answer it, except while the label index is incomplete.
    private static string Condition(HistoryQuery query, string of, int indexed) =>
        // The unary plus keeps SQLite from scanning whole rows in the order of their numbers instead of using the index.
        $"+{of}.number < $before"
        + (query.Holder is null ? "" : $" AND {of}.holder = $holder")
        + (query.Reasons is null ? "" : $" AND {of}.reason IN (SELECT value FROM json_each($reasons))")
        + (indexed == 0 ? "" : " AND label.name = $name0 AND label.value = $value0")
        + string.Concat(Enumerable.Range(1, Math.Max(0, indexed - 1)).Select(i => $"""
             AND EXISTS (SELECT 1 FROM label other
                WHERE other.name = $name{i} AND other.value = $value{i}
                    AND other.created_at = label.created_at AND other.number = label.number)
            """))
        + (indexed > 0 || query.Metadata is not { Count: > 0 } ? "" : """
             AND NOT EXISTS (SELECT 1 FROM json_each($labels) wanted
                WHERE NOT EXISTS (SELECT 1 FROM json_each(ended.metadata) label
                    WHERE label.key = wanted.key AND label.value = wanted.value))
            """);

    private static void Bind(SqliteCommand command, HistoryQuery query, List<KeyValuePair<string, string>> indexed)
    {
        command.With("$before", query.Before);
        if (query.Holder is { } holder)
            command.With("$holder", holder);
        if (query.Reasons is { } reasons)
            command.With("$reasons", JsonSerializer.Serialize(reasons));
        foreach (var (i, label) in indexed.Index())
            command.With($"$name{i}", label.Key).With($"$value{i}", label.Value);
        if (indexed.Count == 0 && query.Metadata is { Count: > 0 } labels)
            command.With("$labels", JsonSerializer.Serialize(labels));
    }

    private static List<HistoryRow> Rows(SqliteCommand command)
    {
        using var reader = command.ExecuteReader();
        var rows = new List<HistoryRow>();
        while (reader.Read())
            rows.Add(Row(reader));
        return rows;
    }

    private static HistoryRow Row(SqliteDataReader row) => new(
        row.GetInt64(0),
        row.GetString(1),
        row.GetInt32(2),
        Text(row, 3),
        Text(row, 4),
        HistoryTime.Read(row.GetInt64(5)),
        HistoryTime.Read(row.GetInt64(6)),
        row.GetString(7),
        row.GetString(8),
        row.GetInt32(9),
        row.GetInt64(10),
        row.GetInt64(11),
        new(row.GetInt64(12)),
        row.IsDBNull(13) ? null : new(row.GetInt64(13)),
        Text(row, 14),
        Text(row, 15),
        Text(row, 16));

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
