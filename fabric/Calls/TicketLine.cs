namespace Steelyard.Fabric.Calls;

/// <summary>
/// Tickets in order: the holders take turns, and the tickets of one holder are served by age, the oldest first. An origin asks for a round
/// at a time, and its ticket keeps its place between two rounds. A ticket whose origin does not ask again soon is dropped. The rooms of a
/// node are given one after the other: the next turn comes when the origin of the last one says that it has its room, or asks again.
/// Otherwise those whose turns come together would race for the worker that is ready first. Not for several threads.
/// </summary>
internal sealed class TicketLine(TimeProvider time)
{
    /// <summary>An origin is answered after this time, and asks again at once.</summary>
    internal static readonly TimeSpan Round = TimeSpan.FromSeconds(1);

    /// <summary>An origin that does not ask again for so long has gone away. Until then nobody overtakes its ticket.</summary>
    internal static readonly TimeSpan Absence = TimeSpan.FromMilliseconds(500);

    /// <summary>A turn of which nothing is heard is over after this time.</summary>
    internal static readonly TimeSpan TurnLife = TimeSpan.FromSeconds(2);

    private readonly Dictionary<Guid, Place> places = [];
    private readonly Dictionary<Guid, Given> given = [];
    private readonly Dictionary<int, int> rooms = []; // By node: what it offered last, less the turns since.
    private readonly Dictionary<string, long> lastServed = [];
    private long turns;

    public int Count => places.Count;

    public async Task<Turn> WaitAsync(Ticket ticket)
    {
        var since = time.GetTimestamp() - (long)(ticket.Waited.TotalSeconds * time.TimestampFrequency);
        if (given.Remove(ticket.Id, out var turn))
        {
            (since, rooms[turn.Node]) = (Math.Min(since, turn.Since), 0); // The room was not there.
        }
        else if (places.TryGetValue(ticket.Id, out var before))
        {
            Leave(ticket.Id); // If the origin did not get the answer, a turn for its earlier call would be lost.
            since = Math.Min(since, before.Since); // The call that took the shortest way tells the age best.
        }
        else if (places.Count >= ticket.Limit)
        {
            return new(TurnKind.Full);
        }

        var place = places[ticket.Id] = new(ticket, since);
        try
        {
            return await place.Turn.Task.WaitAsync(Round, time);
        }
        catch (TimeoutException)
        {
            place.LeftAt = time.GetTimestamp();
            place.Turn.TrySetResult(new(TurnKind.NotYet));
            return await place.Turn.Task; // A turn may have come just now.
        }
    }

    /// <summary>The create needs no turn any more: it has the room, or its client has left.</summary>
    public void Leave(Guid ticket)
    {
        if (places.Remove(ticket, out var place))
            place.Turn.TrySetResult(new(TurnKind.NotYet));
        if (given.Remove(ticket, out var turn))
            Give(turn.Node);
    }

    /// <summary>A node has room. The first in line gets a turn; if it is between two rounds, the next offer comes soon enough.</summary>
    public void Offer(int node, int free)
    {
        foreach (var gone in places.Values.Where(place => place.LeftAt is { } at && time.GetElapsedTime(at) >= Absence).ToList())
            places.Remove(gone.Ticket.Id);
        foreach (var (ticket, _) in given.Where(turn => time.GetElapsedTime(turn.Value.At) >= TurnLife).ToList())
            given.Remove(ticket);
        rooms[node] = free - (IsUnderWay(node) ? 1 : 0);
        Give(node);
    }

    private void Give(int node)
    {
        if (!IsUnderWay(node) && rooms[node] > 0 && Next() is { LeftAt: null } next)
        {
            rooms[node]--;
            places.Remove(next.Ticket.Id);
            lastServed[next.Ticket.Holder] = ++turns;
            given[next.Ticket.Id] = new(node, time.GetTimestamp(), next.Since);
            next.Turn.TrySetResult(new(TurnKind.Go, node));
        }

        if (places.Count == 0)
            lastServed.Clear(); // Nobody is owed a turn.
    }

    // The holder that was served longest ago, and its oldest ticket.
    private Place? Next() => places.Values.MinBy(place => (lastServed.GetValueOrDefault(place.Ticket.Holder), place.Since));

    private bool IsUnderWay(int node) => given.Values.Any(turn => turn.Node == node);

    private sealed record Given(int Node, long At, long Since);

    // Since: when the create came, as far as this machine's clock can tell.
    private sealed record Place(Ticket Ticket, long Since)
    {
        public TaskCompletionSource<Turn> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>When its round was over; null while its origin waits.</summary>
        public long? LeftAt { get; set; }
    }
}
