namespace Steelyard.History;

/// <summary>
/// Limits concurrent reads of the database, in all and per key. The keys take turns, so that no key waits for all reads of another key.
/// One lock. Keys come from the options, so there are few of them.
/// </summary>
/// <param name="atOnce">Largest number of reads in progress.</param>
/// <param name="perKey">Largest number of reads in progress for one key.</param>
/// <param name="waitingPerKey">Largest number of waiting reads for one key.</param>
internal sealed class HistoryTurns(int atOnce, int perKey, int waitingPerKey)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Line> lines = [];
    private int underWay;
    private long served;

    /// <summary>
    /// Waits for a turn; dispose it. Throws <see cref="HistoryBusyException"/> when too many reads of this key are waiting already, and
    /// <see cref="OperationCanceledException"/>.
    /// </summary>
    public async Task<IDisposable> TakeAsync(string key, CancellationToken cancellationToken)
    {
        Line? line;
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (!lines.TryGetValue(key, out line))
                lines[key] = line = new(this, key);
            if (line.Waiting.Count >= waitingPerKey)
                throw new HistoryBusyException(line.UnderWay, waitingPerKey);
            line.Waiting.AddLast(turn);
            GrantNeedsLock();
        }

        try
        {
            await turn.Task.WaitAsync(cancellationToken);
            return new Turn(line);
        }
        catch (OperationCanceledException)
        {
            GiveUp(line, turn);
            throw;
        }
    }

    private void GiveUp(Line line, TaskCompletionSource turn)
    {
        lock (gate)
        {
            if (line.Waiting.Remove(turn))
                ForgetNeedsLock(line);
            else
                EndNeedsLock(line);
        }
    }

    private void EndNeedsLock(Line line)
    {
        underWay--;
        line.UnderWay--;
        ForgetNeedsLock(line);
        GrantNeedsLock();
    }

    private void GrantNeedsLock()
    {
        while (underWay < atOnce
            && lines.Values
                .Where(line => line.Waiting.Count > 0 && line.UnderWay < perKey)
                .MinBy(line => (line.UnderWay, line.LastServed)) is { } next)
        {
            underWay++;
            next.UnderWay++;
            next.LastServed = ++served;
            next.Waiting.First!.Value.SetResult();
            next.Waiting.RemoveFirst();
        }
    }

    private void ForgetNeedsLock(Line line)
    {
        if (line is { UnderWay: 0, Waiting.Count: 0 })
            lines.Remove(line.Key);
    }

    // Guarded by the lock.
    private sealed class Line(HistoryTurns turns, string key)
    {
        public HistoryTurns Turns => turns;

        public string Key => key;

        public LinkedList<TaskCompletionSource> Waiting { get; } = new();

        public int UnderWay { get; set; }

        public long LastServed { get; set; }
    }

    private sealed class Turn(Line line) : IDisposable
    {
        private int disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) != 0)
                return;
            lock (line.Turns.gate)
                line.Turns.EndNeedsLock(line);
        }
    }
}
