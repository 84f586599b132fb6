namespace Steelyard.Connections;

/// <summary>
/// The places for connections; WebSockets are not counted. When all places are taken, a new connection gets the place of the oldest
/// connection without a request from a valid key. If there is none, it gets the place of a connection that has been idle for a while.
/// If all are in use, the new connection is an excess one; only a few of these are accepted at a time. One lock, held while a connection
/// comes or leaves, never for a request.
/// </summary>
/// <param name="most">The number of places.</param>
internal sealed class ConnectionPlaces(int most)
{
    /// <summary>Maximum number of excess connections at a time, including those that are being closed.</summary>
    public const int Spare = 16;

    /// <summary>
    /// A connection that has been idle for this time can be closed when others need its place. Most servers close idle connections after
    /// such a time anyway.
    /// </summary>
    internal static readonly TimeSpan Rested = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly LinkedList<ClientConnection> strangers = [];
    private readonly LinkedList<ClientConnection> known = [];
    private int open;
    private int closing;
    private TaskCompletionSource? room;

    /// <summary>True when no place is free. Read without the lock, so it can change at any moment.</summary>
    public bool AreTaken => Volatile.Read(ref open) - Volatile.Read(ref closing) >= most;

    /// <summary>Completes when one more connection can be accepted.</summary>
    public Task RoomAsync()
    {
        lock (gate)
        {
            if (open < most + Spare)
                return Task.CompletedTask;
            return (room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Call this when a connection is accepted. Returns the connection to abort for it, if any.</summary>
    public ClientConnection? Enter(ClientConnection newcomer)
    {
        lock (gate)
        {
            ClientConnection? evicted = null;
            if (++open - closing > most)
            {
                evicted = EvictStrangerNeedsLock() ?? EvictRestingNeedsLock();
                newcomer.IsExcess = open - closing > most; // The evicted connection can itself be an excess one.
            }

            strangers.AddLast(newcomer.Node);
            return evicted;
        }
    }

    /// <summary>Closes an excess connection without a request. True when the caller must abort it.</summary>
    public bool TryEvict(ClientConnection connection)
    {
        lock (gate)
            return TryEvictNeedsLock(connection);
    }

    /// <summary>Call this when a connection is closed or has become a WebSocket.</summary>
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

    // Connections that have shown a valid key meanwhile are moved to the other list here.
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
        known.MaxBy(connection => connection.Waited) is { } longest && longest.Waited >= Rested && TryEvictNeedsLock(longest)
            ? longest
            : null;

    private bool TryEvictNeedsLock(ClientConnection connection)
    {
        if (connection.Node.List is not { } list || connection.IsAnswering || !connection.TryEvict())
            return false;
        list.Remove(connection.Node);
        closing++;
        return true;
    }
}
