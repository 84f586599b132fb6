namespace Steelyard.Fabric.Calls;

/// <summary>
/// Tickets in order: the holders take turns, and the tickets of one holder are served by age, the oldest first. A ticket whose origin does
/// not ask again is dropped. Not for several threads.
/// </summary>
internal sealed class TicketLine(TimeProvider time)
{
    /// <summary>An origin is answered after this time, and asks again at once.</summary>
    internal static readonly TimeSpan Round = TimeSpan.FromSeconds(3);

    // Room that was offered and given away is not given away again until the node has had time to notice.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(50);

    private readonly List<Waiter> waiters = [];
    private readonly Dictionary<int, List<long>> given = [];
    private readonly Dictionary<string, long> lastServed = [];
    private long turns;

    public int Count => waiters.Count;

    public async Task<Turn> WaitAsync(Ticket ticket)
    {
        Leave(ticket.Id);
        if (waiters.Count >= ticket.Limit && ticket.Waited < Round)
            return new(TurnKind.Full); // One that has stood in line already keeps its place, whoever came meanwhile.
        var waiter = new Waiter(ticket, time.GetTimestamp());
        waiters.Add(waiter);
        try
        {
            return await waiter.Turn.Task.WaitAsync(Round, time);
        }
        catch (TimeoutException)
        {
            return new(TurnKind.NotYet);
        }
        finally
        {
            waiters.Remove(waiter);
        }
    }

    public void Offer(int node, int free)
    {
        var pending = given.TryGetValue(node, out var times) ? times : given[node] = [];
        pending.RemoveAll(at => time.GetElapsedTime(at) >= Settling);
        for (var left = free - pending.Count; left > 0 && Next() is { } next; left--)
        {
            waiters.Remove(next);
            lastServed[next.Ticket.Holder] = ++turns;
            pending.Add(time.GetTimestamp());
            next.Turn.TrySetResult(new(TurnKind.Go, node));
        }

        if (waiters.Count == 0)
            lastServed.Clear(); // Nobody is owed a turn.
    }

    // Its origin asks again, because it did not get the answer: a turn for the earlier call would be lost.
    private void Leave(Guid ticket)
    {
        foreach (var earlier in waiters.FindAll(waiter => waiter.Ticket.Id == ticket))
        {
            waiters.Remove(earlier);
            earlier.Turn.TrySetResult(new(TurnKind.NotYet));
        }
    }

    // The holder that was served longest ago, and its oldest ticket.
    private Waiter? Next() => waiters
        .OrderBy(waiter => lastServed.GetValueOrDefault(waiter.Ticket.Holder))
        .ThenByDescending(waiter => waiter.Ticket.Waited + time.GetElapsedTime(waiter.Since))
        .FirstOrDefault();

    private sealed record Waiter(Ticket Ticket, long Since)
    {
        public TaskCompletionSource<Turn> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
