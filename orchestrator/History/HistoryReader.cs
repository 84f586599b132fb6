using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Steelyard.History;

/// <summary>Reads the database: on threads of the pool, because it blocks; a few reads at a time, each within a deadline.</summary>
internal sealed class HistoryReader(HistoryFile file, HistoryTroubles troubles, TimeProvider time) : IDisposable
{
    private const int AtOnce = 4;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim turns = new(AtOnce);

    /// <summary>Throws <see cref="HistoryUnavailableException"/> when it fails or takes too long.</summary>
    public async Task<T> ReadAsync<T>(Func<SqliteConnection, T> read)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        var over = deadline.Token; // Read may begin when we have given up and the source is disposed.
        try
        {
            await turns.WaitAsync(over);
            return await Task.Run(() => Read(read, over), CancellationToken.None).WaitAsync(over);
        }
        catch (Exception e) when (e is SqliteException or IOException or OperationCanceledException)
        {
            var why = deadline.IsCancellationRequested ? $"it took longer than {Deadline.TotalSeconds} s" : e.Message;
            troubles.Add(0, why);
            throw new HistoryUnavailableException(why, e);
        }
    }

    public void Dispose() => turns.Dispose();

    // A disk that hangs keeps the thread and the turn, but not the caller.
    private T Read<T>(Func<SqliteConnection, T> read, CancellationToken deadline)
    {
        try
        {
            using var connection = file.Open();
            using var stop = new SqliteDeadline(connection, deadline);
            return read(connection);
        }
        catch (SqliteException e) when (e.SqliteErrorCode != raw.SQLITE_INTERRUPT)
        {
            file.CloseIdle();
            throw;
        }
        finally
        {
            turns.Release();
        }
    }
}
