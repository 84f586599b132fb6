using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Steelyard.History;

/// <summary>
/// Interrupts the running statement of a connection when a token is cancelled: the statement fails with
/// <see cref="raw.SQLITE_INTERRUPT"/>. SQLite polls the token through its progress handler. Its interrupt function is not used because it
/// does nothing when it is called just before the statement starts. Dispose this before the connection.
/// </summary>
internal sealed class SqliteDeadline : IDisposable
{
    private const int StepsBetween = 10_000;

    private readonly SqliteConnection connection;

    public SqliteDeadline(SqliteConnection connection, CancellationToken over)
    {
        this.connection = connection;
        raw.sqlite3_progress_handler(connection.Handle, StepsBetween, _ => over.IsCancellationRequested ? 1 : 0, null);
    }

    public void Dispose() => raw.sqlite3_progress_handler(connection.Handle, 0, null, null);
}
