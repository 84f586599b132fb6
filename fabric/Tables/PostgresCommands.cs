using Npgsql;
using NpgsqlTypes;

namespace Steelyard.Fabric.Tables;

/// <summary>Short forms for common uses of a connection.</summary>
internal static class PostgresCommands
{
    public static NpgsqlCommand Command(this NpgsqlConnection connection, string sql) => new(sql, connection);

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, string? value) =>
        command.With(name, NpgsqlDbType.Text, value);

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, int value) =>
        command.With(name, NpgsqlDbType.Integer, value);

    /// <summary>Adds a time, which is kept to the microsecond. One of unknown kind is UTC, as everywhere in a membership table.</summary>
    public static NpgsqlCommand With(this NpgsqlCommand command, string name, DateTime value) =>
        command.With(name, NpgsqlDbType.TimestampTz, Utc(value));

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, NpgsqlDbType type, object? value)
    {
        command.Parameters.Add(new(name, type) { Value = value ?? DBNull.Value });
        return command;
    }

    public static DateTime Utc(DateTime value) =>
        value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : DateTime.SpecifyKind(value, DateTimeKind.Utc);

    /// <summary>Runs the command once. Returns the number of rows that it changed.</summary>
    public static async Task<int> RunAsync(this NpgsqlCommand command, CancellationToken token)
    {
        await using (command)
            return await command.ExecuteNonQueryAsync(token);
    }

    /// <summary>Runs the command once. Returns its first value; null when it returns no row.</summary>
    public static async Task<string?> TextAsync(this NpgsqlCommand command, CancellationToken token)
    {
        await using (command)
            return await command.ExecuteScalarAsync(token) as string;
    }
}
