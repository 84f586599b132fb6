using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Steelyard.Connections;

/// <summary>
/// A client's connection and its state: <c>Waiting ⇄ Serving → Attached</c>, any <c>→ Closed</c>. It is among the features of its
/// requests.
/// </summary>
public sealed class ClientConnection : ConnectionContext
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(100);

    private readonly ConnectionContext inner;
    private readonly ConnectionPlaces places;
    private readonly TimeProvider time;
    private int state;
    private int disposed;
    private long waitingSince;
    private volatile bool hasAsked;

    internal ClientConnection(ConnectionContext inner, ConnectionPlaces places, TimeProvider time)
    {
        this.inner = inner;
        this.places = places;
        this.time = time;
        waitingSince = time.GetTimestamp();
        Node = new(this);
        inner.Features.Set(this);
    }

    private enum State
    {
        /// <summary>It serves no request, so it can be closed to make room.</summary>
        Waiting,

        Serving,

        /// <summary>It has become a WebSocket. WebSockets have their own limit.</summary>
        Attached,

        Closed,
    }

    /// <summary>All places were taken when it was accepted: the client is told so, and it is closed.</summary>
    public bool IsExcess { get; internal set; }

    /// <summary>A caller with a valid key has used it.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Other connections need its place, and no caller with a valid key has used it.</summary>
    public bool IsInTheWay => !IsKnown && places.AreTaken;

    public override string ConnectionId
    {
        get => inner.ConnectionId;
        set => inner.ConnectionId = value;
    }

    public override IFeatureCollection Features => inner.Features;

    public override IDictionary<object, object?> Items
    {
        get => inner.Items;
        set => inner.Items = value;
    }

    public override IDuplexPipe Transport
    {
        get => inner.Transport;
        set => inner.Transport = value;
    }

    public override CancellationToken ConnectionClosed
    {
        get => inner.ConnectionClosed;
        set => inner.ConnectionClosed = value;
    }

    public override EndPoint? LocalEndPoint
    {
        get => inner.LocalEndPoint;
        set => inner.LocalEndPoint = value;
    }

    public override EndPoint? RemoteEndPoint
    {
        get => inner.RemoteEndPoint;
        set => inner.RemoteEndPoint = value;
    }

    /// <summary>Its node in the list of its kind; guarded by <see cref="ConnectionPlaces"/>.</summary>
    internal LinkedListNode<ClientConnection> Node { get; }

    /// <summary>The reply to its last request can still be on its way into the socket.</summary>
    internal bool IsAnswering => hasAsked && Waited < AnswerTime;

    internal TimeSpan Waited => Is(State.Waiting) ? time.GetElapsedTime(Volatile.Read(ref waitingSince)) : TimeSpan.Zero;

    /// <summary>
    /// Call this when a request arrives. False when the connection was closed at the same moment to make room: nothing has been done, so
    /// the client can ask again.
    /// </summary>
    public bool TryServe() => TryMove(State.Waiting, State.Serving);

    /// <summary>Call this when the request is answered.</summary>
    /// <param name="isKnown">True when its caller has a valid key.</param>
    public void Rest(bool isKnown)
    {
        IsKnown |= isKnown;
        hasAsked = true;
        Volatile.Write(ref waitingSince, time.GetTimestamp());
        TryMove(State.Serving, State.Waiting);
    }

    /// <summary>Call this when it has become a WebSocket. It frees its place among the connections.</summary>
    public void Attach()
    {
        if (TryMove(State.Serving, State.Attached))
            places.Leave(this);
    }

    public override void Abort(ConnectionAbortedException abortReason) => inner.Abort(abortReason);

    public override void Abort() => inner.Abort();

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        try
        {
            await inner.DisposeAsync();
            await base.DisposeAsync();
        }
        finally
        {
            var before = (State)Interlocked.Exchange(ref state, (int)State.Closed);
            if (before != State.Attached)
                places.Leave(this);
        }
    }

    internal bool TryEvict() => TryMove(State.Waiting, State.Closed);

    private bool Is(State expected) => Volatile.Read(ref state) == (int)expected;

    private bool TryMove(State from, State to) => Interlocked.CompareExchange(ref state, (int)to, (int)from) == (int)from;
}
