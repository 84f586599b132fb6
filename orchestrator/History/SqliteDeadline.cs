using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Steelyard.History;

/// <summary>
/// Ends whatever runs on a connection once a token is cancelled: it fails with <see cref="raw.SQLITE_INTERRUPT"/>. Asked by SQLite again and again;
/// its own call to interrupt does nothing when it comes a moment before the statement begins. Dispose it before the connection.
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
