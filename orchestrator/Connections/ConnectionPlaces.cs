namespace Steelyard.Connections;

/// <summary>
/// The places that connections may take, WebSockets apart. When they are taken, a newcomer gets that of one on which nobody with a right
/// key has asked anything yet, the oldest first; else of one that has rested for a while. When all are in use, it is an excess one, of
/// which there are a few at a time. One lock, held while one comes or leaves, never for a request.
/// </summary>
/// <param name="most">Places.</param>
internal sealed class ConnectionPlaces(int most)
{
    /// <summary>Excess ones at a time, those that are being closed included.</summary>
    public const int Spare = 16;

    /// <summary>
    /// A client that sends its next request later than this after its last one finds its connection closed when others need it; most
    /// servers close it then anyhow.
    /// </summary>
    internal static readonly TimeSpan Rested = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly LinkedList<ClientConnection> strangers = [];
    private readonly LinkedList<ClientConnection> known = [];
    private int open;
    private int closing;
    private TaskCompletionSource? room;

    /// <summary>No place is free just now. Read without the lock: it may be over in the same moment.</summary>
    public bool AreTaken => Volatile.Read(ref open) - Volatile.Read(ref closing) >= most;

    /// <summary>Completes when one more may be accepted.</summary>
    public Task RoomAsync()
    {
        lock (gate)
        {
            if (open < most + Spare)
                return Task.CompletedTask;
            return (room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>One has been accepted. Returns the one that is to be aborted for it, if any.</summary>
    public ClientConnection? Enter(ClientConnection newcomer)
    {
        lock (gate)
        {
            ClientConnection? evicted = null;
            if (++open - closing > most)
            {
                evicted = EvictStrangerNeedsLock() ?? EvictRestingNeedsLock();
                newcomer.IsExcess = open - closing > most; // The evicted one may have been an excess one.
            }

            strangers.AddLast(newcomer.Node);
            return evicted;
        }
    }

    /// <summary>Closes an excess one that asks nothing. True for the caller who has to abort it.</summary>
    public bool TryEvict(ClientConnection connection)
    {
        lock (gate)
            return TryEvictNeedsLock(connection);
    }

    /// <summary>It is closed, or has become a WebSocket.</summary>
    public void Leave(ClientConnection connection)
    {
        TaskCompletionSource? waiting = null;
        lock (gate)
        {
            open--;
            if (connection.Node.List is { } list)
                list.Remove(connection.Node);
            else
                closing--;
            if (open < most + Spare)
                (waiting, room) = (room, null);
        }

        waiting?.SetResult();
    }

    // Those that have proved themselves meanwhile are sorted when one of them is met.
    private ClientConnection? EvictStrangerNeedsLock()
    {
        for (var node = strangers.First; node is not null;)
        {
            var (connection, next) = (node.Value, node.Next);
            if (connection.IsKnown)
            {
                strangers.Remove(node);
                known.AddLast(node);
            }
            else if (TryEvictNeedsLock(connection))
            {
                return connection;
            }

            node = next;
        }

        return null;
    }

    private ClientConnection? EvictRestingNeedsLock() =>
        known.MaxBy(connection => connection.Waited) is { } longest && longest.Waited >= Rested && TryEvictNeedsLock(longest) ? longest : null;

    private bool TryEvictNeedsLock(ClientConnection connection)
    {
        if (connection.Node.List is not { } list || connection.IsAnswering || !connection.TryEvict())
            return false;
        list.Remove(connection.Node);
        closing++;
        return true;
    }
}
