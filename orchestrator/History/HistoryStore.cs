using Microsoft.Data.Sqlite;
using SQLitePCL;
using Steelyard.Settings;

namespace Steelyard.History;

/// <summary>The ended sessions of a node on disk. It outlives the node; the node does not depend on it.</summary>
public sealed class HistoryStore : IAsyncDisposable
{
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(1);

    private readonly HistoryFile file;
    private readonly HistoryReader reader;
    private readonly HistoryWriter writer;
    private readonly TimeProvider time;

    private HistoryStore(HistoryFile file, Options options, TimeProvider time, ILogger logger)
    {
        this.file = file;
        this.time = time;
        var troubles = new HistoryTroubles(time, logger);
        reader = new(file, troubles, time);
        writer = new(file, troubles, options, time);
    }

    /// <summary>
    /// Opens the one of the options. Null when there is to be none, and when the disk is full or fails: sessions that live on need their
    /// node. Throws <see cref="DataDirectoryException"/> for what only the operator can mend. Blocks.
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
    /// The last that ended, the oldest of them first. For the start: it blocks. Throws <see cref="DataDirectoryException"/>.
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

    /// <summary>Rows that have been taken and cannot be read yet.</summary>
    public int Unsettled => writer.Unsettled;

    /// <summary>Takes a row to be written soon. Never waits; may drop it.</summary>
    public void Add(HistoryRow row) => writer.Add(row);

    /// <summary>
    /// Null when there is no row of this id. Throws <see cref="HistoryUnavailableException"/> and <see cref="HistoryBusyException"/>.
    /// </summary>
    /// <param name="id">As text in lower case.</param>
    /// <param name="key">Name of the key that asks; null for none.</param>
    public Task<HistoryRow?> FindAsync(string id, string? key = null) => reader.LookUpAsync(key, connection => HistoryReads.Find(connection, id));

    /// <summary>Throws the same, and <see cref="OperationCanceledException"/>.</summary>
    public Task<HistoryPage> PageAsync(HistoryQuery query, string? key = null, CancellationToken cancellationToken = default) =>
        reader.ListAsync(key, connection => HistoryReads.Page(connection, query), cancellationToken);

    /// <summary>Writes what waits, within a second, and closes the database.</summary>
    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync();
        try
        {
            await Task.Run(file.Dispose).WaitAsync(ClosingTime, time);
        }
        catch (TimeoutException)
        {
            // The disk hangs. The kernel frees the lock when we have ended.
        }
    }
}
