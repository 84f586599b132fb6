using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Steelyard.History;

/// <summary>Reads the database on thread pool threads, because reads block. Runs a few reads at a time, each with a deadline.</summary>
internal sealed class HistoryReader(HistoryFile file, HistoryTroubles troubles, TimeProvider time)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    // Separate, because creates wait for lookups, and lists are slow.
    private readonly HistoryTurns lists = new(atOnce: 4, perKey: 2, waitingPerKey: 32);
    private readonly HistoryTurns lookups = new(atOnce: 4, perKey: 3, waitingPerKey: 1000);

    /// <summary>
    /// Reads many rows. Throws <see cref="HistoryUnavailableException"/> when the read fails or takes too long,
    /// <see cref="HistoryBusyException"/> when the key has too many reads waiting, and <see cref="OperationCanceledException"/>.
    /// </summary>
    /// <param name="key">Name of the key that asks; null for none.</param>
    /// <param name="read">Reads from the connection.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public Task<T> ListAsync<T>(string? key, Func<SqliteConnection, T> read, CancellationToken cancellationToken) =>
        ReadAsync(lists, key, read, cancellationToken);

    /// <summary>
    /// Reads one row. Throws <see cref="HistoryUnavailableException"/> and <see cref="HistoryBusyException"/> as a list does.
    /// </summary>
    public Task<T> LookUpAsync<T>(string? key, Func<SqliteConnection, T> read) => ReadAsync(lookups, key, read, CancellationToken.None);

    private async Task<T> ReadAsync<T>(HistoryTurns turns, string? key, Func<SqliteConnection, T> read, CancellationToken left)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, left);
        var over = either.Token; // Taken here: a read may start after the source is disposed.
        try
        {
            var turn = await turns.TakeAsync(key ?? "", over);
            return await Task.Run(() => Read(turn, read, over), CancellationToken.None).WaitAsync(over);
        }
        catch (Exception e) when (e is SqliteException or IOException or OperationCanceledException)
        {
            left.ThrowIfCancellationRequested();
            var why = deadline.IsCancellationRequested ? $"it took longer than {Deadline.TotalSeconds} s" : e.Message;
            troubles.Add(0, why);
            throw new HistoryUnavailableException(why, e);
        }
    }

    // When the disk hangs, the thread and the turn stay occupied, but the caller is released at the deadline.
    private T Read<T>(IDisposable turn, Func<SqliteConnection, T> read, CancellationToken over)
    {
        using (turn)
        {
            try
            {
                using var connection = file.Open();
                using var stop = new SqliteDeadline(connection, over);
                return read(connection);
            }
            catch (SqliteException e) when (e.SqliteErrorCode != raw.SQLITE_INTERRUPT)
            {
                file.CloseIdle();
                throw;
            }
        }
    }
}
