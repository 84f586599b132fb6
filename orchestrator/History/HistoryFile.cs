using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Steelyard.History;

/// <summary>
/// The database of ended sessions in the data directory, which one node holds at a time, through a lock that the kernel frees when its
/// holder dies.
/// </summary>
public sealed class HistoryFile : IDisposable
{
    private const UnixFileMode OwnerOnlyFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream lockFile;
    private readonly string connectionString;

    /// <summary>
    /// Opens the database of a folder, both made if need be. A damaged one is set aside and a new one begun. Throws
    /// <see cref="DataDirectoryException"/>.
    /// </summary>
    public HistoryFile(string folder, TimeProvider time, ILogger logger)
    {
        Path = System.IO.Path.Combine(folder, "history.db");
        connectionString = new SqliteConnectionStringBuilder { DataSource = Path, Mode = SqliteOpenMode.ReadWrite, DefaultTimeout = 2 }.ToString();
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
    /// A connection from the pool; dispose it. Throws <see cref="SqliteException"/>. Blocks, as all that is done with it.
    /// </summary>
    public SqliteConnection Open()
    {
        // Those in the pool would go on with what somebody has deleted, and nobody would know.
        if (!File.Exists(Path))
            CloseIdle();
        var connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();

            // A row that takes the place of another one deletes it, and its labels.
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

    /// <summary>Closes what is in the pool: what has once failed need not be asked again.</summary>
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

    // Makes what is not there yet. Returns what is wrong with the file; null when it is sound.
    private string? Begin(TimeProvider time)
    {
        new FileStream(Path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, UnixCreateMode = OwnerOnly }).Dispose();
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

    // With its log and index of the log beside it, under names by which SQLite finds them again.
    private void SetAside(string damage, TimeProvider time, ILogger logger)
    {
        CloseIdle();
        var aside = $"{Path}.corrupt-{time.GetUtcNow():yyyyMMdd'T'HHmmssfff'Z'}";
        foreach (var ending in new[] { "", "-wal", "-shm" })
        {
            if (File.Exists(Path + ending))
                File.Move(Path + ending, aside + ending);
        }

        logger.LogError("The history {Path} is damaged ({Damage}): it lies at {Aside} now, and a new one begins", Path, damage, aside);
    }
}
