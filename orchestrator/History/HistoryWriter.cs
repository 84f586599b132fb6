using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Steelyard.Settings;

namespace Steelyard.History;

/// <summary>
/// Writes rows in batches outside of requests, indexes the labels of rows from earlier versions, and deletes rows that are too old or
/// exceed the size limit. Adding a row never waits. When the disk fails or is too slow, rows are lost, and the log says how many.
/// </summary>
internal sealed class HistoryWriter : IAsyncDisposable
{
    private const int MaxWaiting = 10_000;
    private const int MaxBatch = 500;

    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan UpkeepPeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(1);

    private readonly Channel<HistoryRow> waiting =
        Channel.CreateBounded<HistoryRow>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    private readonly SemaphoreSlim turn = new(1);
    private readonly CancellationTokenSource closing = new();
    private readonly HistoryFile file;
    private readonly HistoryTroubles troubles;
    private readonly Options options;
    private readonly TimeProvider time;
    private readonly Task writing;
    private readonly Task upkeep;
    private readonly HistoryClock clock;
    private int isDisposed;
    private int unsettled;

    /// <summary>Starts writing, labelling and pruning in the background.</summary>
    public HistoryWriter(HistoryFile file, HistoryTroubles troubles, Options options, TimeProvider time)
    {
        this.file = file;
        this.troubles = troubles;
        this.options = options;
        this.time = time;
        clock = new(options.HistoryAge, time);
        writing = Task.Run(WriteAllAsync);
        upkeep = Task.Run(KeepUpAsync);
    }

    /// <summary>Number of rows that have been added and are neither written nor lost yet.</summary>
    public int Unsettled => Volatile.Read(ref unsettled);

    /// <summary>Queues a row to be written soon, or drops it when the queue is full or the writer is closing.</summary>
    public void Add(HistoryRow row)
    {
        if (waiting.Writer.TryWrite(row))
        {
            Interlocked.Increment(ref unsettled);
        }
        else
        {
            troubles.Add(
                1,
                closing.IsCancellationRequested ? "the node shuts down" : $"{MaxWaiting} rows wait to be written: the disk is too slow");
        }
    }

    /// <summary>
    /// Writes the waiting rows within one second. Rows that a hanging disk has not taken by then are lost. A second dispose does nothing.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) != 0)
            return;
        waiting.Writer.TryComplete();
        await closing.CancelAsync();
        try
        {
            await Task.WhenAll(writing, upkeep).WaitAsync(ClosingTime, time);
            turn.Dispose();
            closing.Dispose();
        }
        catch (TimeoutException e)
        {
            troubles.Add(Unsettled, $"the shutdown did not wait longer: {e.Message}");
        }
    }

    private async Task WriteAllAsync()
    {
        while (await waiting.Reader.WaitToReadAsync())
        {
            await Task.Delay(Gathering, time, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var batch = new List<HistoryRow>();
            while (batch.Count < MaxBatch && waiting.Reader.TryRead(out var row))
                batch.Add(row);
            await AtDiskAsync(connection => HistoryTable.Insert(connection, batch), batch.Count);
            Interlocked.Add(ref unsettled, -batch.Count);
        }
    }

    private async Task KeepUpAsync()
    {
        using var timer = new PeriodicTimer(UpkeepPeriod, time);
        try
        {
            do
            {
                troubles.Report();
                await LabelAllAsync();
                if (clock.Look() is { } now)
                    await AtDiskAsync(connection => HistoryTable.PruneByAge(connection, now.Oldest, now.Now), atStake: 0);
            }
            while (await timer.WaitForNextTickAsync(closing.Token));
        }
        catch (OperationCanceledException)
        {
            // The node shuts down.
        }
    }

    // Works in small steps, so that rows do not wait long to be written. After a disk failure the next round tries again.
    private async Task LabelAllAsync()
    {
        bool more;
        do
        {
            more = false;
            await AtDiskAsync(connection => more = HistoryLabels.TryFill(connection), atStake: 0);
        }
        while (more && !closing.IsCancellationRequested);
    }

    // Runs one change at a time. After each change the size is back within its limit.
    private async Task AtDiskAsync(Action<SqliteConnection> change, int atStake)
    {
        await turn.WaitAsync();
        try
        {
            using var connection = file.Open();
            change(connection);
            atStake = 0;
            HistoryTable.PruneBySize(connection, options.HistorySize);
        }
        catch (Exception e)
        {
            // The next batch may succeed, whatever the failure. Until then only history is lost.
            troubles.Add(atStake, e.Message);
            file.CloseIdle();
        }
        finally
        {
            turn.Release();
        }
    }
}
