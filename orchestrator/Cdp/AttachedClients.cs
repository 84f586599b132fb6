using Steelyard.Events;

namespace Steelyard.Cdp;

/// <summary>Tells of each client that attaches and detaches, and counts the bytes of all of them.</summary>
public sealed class AttachedClients(NodeEvents events)
{
    private long toBrowsers;
    private long toClients;
    private int count;

    /// <summary>Clients that are connected now.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>Bytes that browsers have got from clients since the start.</summary>
    public long ToBrowsers => Volatile.Read(ref toBrowsers);

    /// <summary>Bytes that clients have got from browsers since the start.</summary>
    public long ToClients => Volatile.Read(ref toClients);

    /// <summary>A client's WebSocket is connected.</summary>
    /// <param name="session">The session's public id.</param>
    /// <param name="holder">Name of the session's key; null on a node without keys.</param>
    /// <param name="isViewer">The client is a live view.</param>
    internal AttachedClient Begin(Guid session, string? holder, bool isViewer = false)
    {
        Interlocked.Increment(ref count);
        events.Publish(new ClientAttached(session, holder, isViewer));
        return new(this, events, session, holder);
    }

    /// <summary>One of them.</summary>
    internal sealed class AttachedClient(AttachedClients all, NodeEvents events, Guid session, string? holder)
    {
        /// <summary>Sees the dialogs that its browser tells it of.</summary>
        public DialogWatch Dialogs { get; } = new(text =>
            events.Publish(text is null ? new DialogClosed(session, holder) : new DialogOpened(session, holder, text)));

        public void CountToBrowser(int bytes) => Interlocked.Add(ref all.toBrowsers, bytes);

        public void CountToClient(int bytes) => Interlocked.Add(ref all.toClients, bytes);

        /// <param name="why">Who or what has ended the connection, for people.</param>
        public void End(string why)
        {
            Interlocked.Decrement(ref all.count);
            events.Publish(new ClientDetached(session, holder, why));
        }
    }
}
