using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Steelyard.History;

/// <summary>What is asked of the table of ended sessions.</summary>
internal static class HistoryReads
{
    private const string Columns = "number, id, node, holder, worker, created_at, ended_at, reason, detail, restarts, bytes_sent, bytes_received, ttl, max_age, metadata, facts";

    /// <summary>The last that ended, the oldest of them first.</summary>
    public static List<HistoryRow> Newest(SqliteConnection connection, int count)
    {
        using var command = connection.Command($"SELECT {Columns} FROM ended ORDER BY number DESC LIMIT $count");
        var rows = Rows(command.With("$count", count));
        rows.Reverse();
        return rows;
    }

    /// <summary>Null when there is none of this id.</summary>
    public static HistoryRow? Find(SqliteConnection connection, string id)
    {
        using var command = connection.Command($"SELECT {Columns} FROM ended WHERE id = $id");
        return Rows(command.With("$id", id)).SingleOrDefault();
    }

    /// <summary>One page, and how many there are in all.</summary>
    public static HistoryPage Page(SqliteConnection connection, HistoryQuery query)
    {
        // Of one moment: a row that is written between the two reads must not be in one of them only.
        using var transaction = connection.BeginTransaction(deferred: true);
        using var count = connection.Command($"SELECT count(*) FROM ended WHERE {Condition(query)}");
        Bind(count, query);
        using var page = connection.Command($"""
            SELECT {Columns} FROM ended WHERE {Condition(query)}{(query.After is null ? "" : " AND created_at <= $created AND (created_at < $created OR id > $id)")}
            ORDER BY created_at DESC, id LIMIT $limit
            """);
        Bind(page, query);
        if (query.After is { } after)
            page.With("$created", HistoryTime.Write(after.CreatedAt)).With("$id", after.Id);
        return new(Rows(page.With("$limit", query.Limit)), checked((int)(long)count.ExecuteScalar()!));
    }

    // Only what is asked for: without labels the indexes alone answer.
    private static string Condition(HistoryQuery query) =>
        // The sign keeps SQLite from going through whole rows in the order of their numbers instead of the index.
        "+number < $before"
        + (query.Holder is null ? "" : " AND holder = $holder")
        + (query.Reasons is null ? "" : " AND reason IN (SELECT value FROM json_each($reasons))")
        + (query.Metadata is not { Count: > 0 } ? "" : """
             AND NOT EXISTS (SELECT 1 FROM json_each($labels) wanted
                WHERE NOT EXISTS (SELECT 1 FROM json_each(ended.metadata) label WHERE label.key = wanted.key AND label.value = wanted.value))
            """);

    private static void Bind(SqliteCommand command, HistoryQuery query)
    {
        command.With("$before", query.Before);
        if (query.Holder is { } holder)
            command.With("$holder", holder);
        if (query.Reasons is { } reasons)
            command.With("$reasons", JsonSerializer.Serialize(reasons));
        if (query.Metadata is { Count: > 0 } labels)
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
        Text(row, 15));

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
