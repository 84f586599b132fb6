namespace Steelyard.Fabric;

/// <summary>Another node, as this one knows it. One lock.</summary>
public sealed class Peer
{
    /// <summary>A node that has answered nothing for this time gets no more requests, and those under way to it end.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private CancellationTokenSource lost = new();
    private long heard;
    private volatile PeerState state;

    internal Peer(SiloAddress address, PeerState state, TimeProvider time)
    {
        (Address, this.state, this.time) = (address, state, time);
        heard = time.GetTimestamp();
    }

    /// <summary>What it last told us of itself.</summary>
    public PeerState State => state;

    /// <summary>Cancelled when it does not answer any more. A request that is sent to it waits no longer than that.</summary>
    public CancellationToken Lost
    {
        get
        {
            lock (gate)
                return lost.Token;
        }
    }

    /// <summary>
    /// What its own clock shows now, or up to two seconds earlier: the time that its last answer was under way is not known.
    /// </summary>
    public TimeSpan Clock
    {
        get
        {
            lock (gate)
                return state.Clock + time.GetElapsedTime(heard);
        }
    }

    public bool IsReachable => !Lost.IsCancellationRequested;

    internal SiloAddress Address { get; }

    /// <summary>Two nodes cut off from each other may both be members: only an answer counts.</summary>
    internal void Answered(PeerState latest)
    {
        lock (gate)
        {
            (state, heard) = (latest, time.GetTimestamp());
            if (lost.IsCancellationRequested)
                lost = new();
        }
    }

    internal void Missed()
    {
        if (time.GetElapsedTime(Volatile.Read(ref heard)) >= Patience)
            Lose();
    }

    internal void Lose()
    {
        CancellationTokenSource now;
        lock (gate)
            now = lost;
        now.Cancel();
    }
}
