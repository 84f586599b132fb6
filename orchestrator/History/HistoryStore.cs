using Microsoft.Data.Sqlite;
using SQLitePCL;
using Steelyard.Settings;

namespace Steelyard.History;

/// <summary>The ended sessions of a node on disk. The data outlives the node, and the node runs without it if the disk fails.</summary>
public sealed class HistoryStore : IAsyncDisposable
{
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(1);

    private readonly HistoryFile file;
    private readonly HistoryTroubles troubles;
    private readonly HistoryReader reader;
    private readonly HistoryWriter writer;
    private readonly TimeProvider time;

    private HistoryStore(HistoryFile file, Options options, TimeProvider time, ILogger logger)
    {
        this.file = file;
        this.time = time;
        troubles = new(time, logger);
        reader = new(file, troubles, time);
        writer = new(file, troubles, options, time);
    }

    /// <summary>
    /// Opens the store in the data directory of the options. Null when the options name none, and when the disk is full or fails: live
    /// sessions need their node even then. Blocks. Throws <see cref="DataDirectoryException"/> for problems that only the operator can fix.
    /// </summary>
    public static HistoryStore? Open(Options options, TimeProvider time, ILogger<HistoryStore> logger)
    {
        if (options.DataDirectory is not { Length: > 0 } folder)
            return null;
        try
        {
            return new(new(folder, time, logger), options, time, logger);
        }
        catch (DataDirectoryException e) when (e.InnerException is SqliteException { SqliteErrorCode: raw.SQLITE_FULL or raw.SQLITE_IOERR })
        {
            logger.LogError("{Problem} No history is written until the next start", e.Message);
            return null;
        }
    }

    /// <summary>
    /// Returns the sessions that ended last, the oldest of them first. Blocks: use it only at the start. Throws
    /// <see cref="DataDirectoryException"/>.
    /// </summary>
    public IReadOnlyList<HistoryRow> Newest(int count)
    {
        try
        {
            using var connection = file.Open();
            return HistoryReads.Newest(connection, count);
        }
        catch (SqliteException e)
        {
            throw new DataDirectoryException(Path.GetDirectoryName(file.Path)!, e.Message, e);
        }
    }

    /// <summary>Number of rows that have been added but cannot be read yet.</summary>
    public int Unsettled => writer.Unsettled;

    /// <summary>Number of rows that were added and will never be written.</summary>
    public long Lost => troubles.Lost;

    /// <summary>Why a read or write has failed the last time, for people; empty when none has.</summary>
    public string LastTrouble => troubles.Latest;

    /// <summary>Queues a row to be written soon. Never waits. Drops the row when the queue is full.</summary>
    public void Add(HistoryRow row) => writer.Add(row);

    /// <summary>
    /// Returns the row with this id; null when there is none. Throws <see cref="HistoryUnavailableException"/> and
    /// <see cref="HistoryBusyException"/>.
    /// </summary>
    /// <param name="id">Session id as text in lower case.</param>
    /// <param name="key">Name of the key that asks; null for none.</param>
    public Task<HistoryRow?> FindAsync(string id, string? key = null) =>
        reader.LookUpAsync(key, connection => HistoryReads.Find(connection, id));

    /// <summary>
    /// Returns one page of rows. Throws <see cref="HistoryUnavailableException"/>, <see cref="HistoryBusyException"/> and
    /// <see cref="OperationCanceledException"/>.
    /// </summary>
    public Task<HistoryPage> PageAsync(HistoryQuery query, string? key = null, CancellationToken cancellationToken = default) =>
        reader.ListAsync(key, connection => HistoryReads.Page(connection, query), cancellationToken);

    /// <summary>Writes the waiting rows within one second and closes the database.</summary>
    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync();
        try
        {
            await Task.Run(file.Dispose).WaitAsync(ClosingTime, time);
        }
        catch (TimeoutException)
        {
            // The disk hangs. The kernel frees the lock when this process ends.
        }
    }
}
