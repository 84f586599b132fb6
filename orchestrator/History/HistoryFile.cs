using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Steelyard.History;

/// <summary>
/// The database of ended sessions in the data directory. Only one node uses it at a time: it holds a lock file, and the kernel frees the
/// lock when the node dies.
/// </summary>
public sealed class HistoryFile : IDisposable
{
    private const UnixFileMode OwnerOnlyFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream lockFile;
    private readonly string connectionString;

    /// <summary>
    /// Opens the database in a folder and creates both if they do not exist. A damaged database is renamed, and a new one is created.
    /// Throws <see cref="DataDirectoryException"/>.
    /// </summary>
    public HistoryFile(string folder, TimeProvider time, ILogger logger)
    {
        Path = System.IO.Path.Combine(folder, "history.db");
        connectionString =
            new SqliteConnectionStringBuilder { DataSource = Path, Mode = SqliteOpenMode.ReadWrite, DefaultTimeout = 2 }.ToString();
        try
        {
            Directory.CreateDirectory(folder, OwnerOnlyFolder);
            lockFile = new(System.IO.Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataDirectoryException(folder, e.Message, e);
        }

        try
        {
            if (Begin(time) is { } damage)
            {
                SetAside(damage, time, logger);
                Begin(time);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            Dispose();
            throw new DataDirectoryException(folder, e.Message, e);
        }
    }

    public string Path { get; }

    /// <summary>
    /// Returns a connection from the pool; dispose it. Blocks, as does all use of the connection. Throws <see cref="SqliteException"/>.
    /// </summary>
    public SqliteConnection Open()
    {
        // Pooled connections would silently keep using a file that has been deleted.
        if (!File.Exists(Path))
            CloseIdle();
        var connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();

            // INSERT OR REPLACE then runs the delete trigger, which removes the labels of the replaced row.
            connection.Run("PRAGMA recursive_triggers = ON");

            // Written to the log at each commit, forced to the disk at checkpoints: a power cut costs the last seconds, never the file.
            connection.Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Closes the pooled connections, so that a connection that has failed is not used again.</summary>
    public void CloseIdle()
    {
        using var connection = new SqliteConnection(connectionString);
        SqliteConnection.ClearPool(connection);
    }

    public void Dispose()
    {
        CloseIdle();
        lockFile.Dispose();
    }

    // Creates the file and the tables if they do not exist. Returns what is wrong with the file; null when it is intact.
    private string? Begin(TimeProvider time)
    {
        new FileStream(
            Path,
            new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.ReadWrite,
                UnixCreateMode = OwnerOnly,
            }).Dispose();
        try
        {
            using var connection = Open();
            HistoryTable.Prepare(connection);
            return HistoryTable.FindDamage(connection, time);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB)
        {
            return e.Message;
        }
    }

    // Moves the write-ahead log and its index along, under names by which SQLite finds them again.
    private void SetAside(string damage, TimeProvider time, ILogger logger)
    {
        CloseIdle();
        var aside = $"{Path}.corrupt-{time.GetUtcNow():yyyyMMdd'T'HHmmssfff'Z'}";
        foreach (var ending in new[] { "", "-wal", "-shm" })
        {
            if (File.Exists(Path + ending))
                File.Move(Path + ending, aside + ending);
        }

        logger.LogError("The history {Path} is damaged ({Damage}): it was moved to {Aside}, and a new one is created", Path, damage, aside);
    }
}
