using Steelyard.Workers;

namespace Steelyard.WorkerHttp;

/// <summary>
/// All calls to one worker, over connections of its own: none of them can ever reach another worker that got its port.
/// One lock over the idle connections, held for a push or a pop.
/// </summary>
public sealed class WorkerClient : IDisposable
{
    private const int KeptIdle = 2;
    private const int MaxCalls = 64;
    private const int MaxDiscoveryBytes = 8 << 20; // The protocol's own description has 1.6 MB.

    private readonly Lock gate = new();
    private readonly HashSet<IWorkerConnection> open = [];
    private readonly Stack<IWorkerConnection> idle = new(KeptIdle);
    private readonly IConnector connector;
    private readonly int maxReplyBytes;
    private readonly TimeSpan timeout;
    private readonly int mostKept;
    private readonly TimeProvider time;
    private long lastAnswer;
    private long firstAsked; // Since the last answer; 0 while the worker owes none.
    private bool closed;

    /// <param name="connector">Opens the connections.</param>
    /// <param name="protocol">What the worker speaks.</param>
    /// <param name="port">Its port on the IPv4 loopback address.</param>
    /// <param name="maxReplyBytes">A larger body is <see cref="WorkerError.TooLarge"/>.</param>
    /// <param name="timeout">Deadline of one call, from connecting to the last byte.</param>
    /// <param name="time">Clock of the deadlines.</param>
    /// <param name="mostKept">Idle connections kept during a rush.</param>
    internal WorkerClient(IConnector connector, WorkerProtocol protocol, int port, int maxReplyBytes, TimeSpan timeout, TimeProvider time, int mostKept = MaxCalls)
    {
        this.mostKept = mostKept;
        this.connector = connector;
        Protocol = protocol;
        Port = port;
        this.maxReplyBytes = maxReplyBytes;
        this.timeout = timeout;
        this.time = time;
        lastAnswer = time.GetTimestamp();
    }

    /// <summary>What the worker speaks.</summary>
    public WorkerProtocol Protocol { get; }

    /// <summary>Its port on the IPv4 loopback address.</summary>
    public int Port { get; }

    /// <summary>Time since the worker last answered anything: real traffic proves its life as well as a probe does.</summary>
    public TimeSpan SinceLastAnswer => time.GetElapsedTime(Volatile.Read(ref lastAnswer));

    /// <summary>
    /// Time since it got the first whole request that it has not answered; zero when it owes no answer. Silence alone blames nobody: where
    /// this node lacks a processor, the request may not have gone out, or the reply may lie here unread.
    /// </summary>
    public TimeSpan Unanswered
    {
        get
        {
            if (Volatile.Read(ref firstAsked) is not (var since and not 0))
                return TimeSpan.Zero;
            lock (gate)
                return open.Any(connection => connection.HasUnreadReply) ? TimeSpan.Zero : time.GetElapsedTime(since);
        }
    }

    /// <summary>Counts its silence from now on: it has shown in another way that it lives, or we were not there to hear it.</summary>
    public void ForgiveSilence()
    {
        Volatile.Write(ref lastAnswer, time.GetTimestamp());
        Volatile.Write(ref firstAsked, 0);
    }

    /// <summary>Creates a session: outcome unknown on any error. <paramref name="body"/> is JSON.</summary>
    public ValueTask<WorkerReply> CreateAsync(ReadOnlyMemory<byte> body) => CallAsync(Protocol.Create(body), timeout);

    /// <summary>
    /// Puts a session's options in force; <paramref name="setup"/> is JSON. The worker may have to start another browser for it.
    /// </summary>
    public ValueTask<WorkerReply> SetUpAsync(string path, ReadOnlyMemory<byte> setup, TimeSpan within) => CallAsync(new("POST", path + "/setup", setup), within);

    /// <summary>Asks one of the session extras that answers in a few kilobytes of JSON.</summary>
    public ValueTask<WorkerReply> AskAsync(string path) => CallAsync(new("GET", path), timeout);

    /// <summary>Reads a session by the worker's own path of it, as from <see cref="WorkerProtocol.SessionPath"/>.</summary>
    public ValueTask<WorkerReply> GetAsync(string path) => CallAsync(new("GET", path), timeout);

    /// <summary>Ends a session. That it succeeds says little: see <see cref="WorkerCleaner"/>.</summary>
    public ValueTask<WorkerReply> EndAsync(string path) => CallAsync(Protocol.End(path), timeout);

    public ValueTask<WorkerReply> HealthAsync(TimeSpan within) => CallAsync(Protocol.Health, Shorter(within));

    public ValueTask<WorkerReply> StatusAsync(TimeSpan within) => CallAsync(Protocol.Status, Shorter(within));

    /// <summary>A DevTools discovery call, such as <c>GET /json/version</c>; <paramref name="pathAndQuery"/> is escaped.</summary>
    public ValueTask<WorkerReply> DiscoverAsync(string method, string pathAndQuery) => CallAsync(new(method, pathAndQuery) { MaxReplyBytes = MaxDiscoveryBytes }, timeout);

    /// <summary>Closes every connection: calls under way end with <see cref="WorkerError.Closed"/>.</summary>
    public void Dispose()
    {
        IWorkerConnection[] connections;
        lock (gate)
        {
            closed = true;
            connections = [.. open];
            open.Clear();
            idle.Clear();
        }

        foreach (var connection in connections)
            connection.Dispose();
    }

    /// <summary>Closes the idle connections of a burst that is over.</summary>
    internal void Trim()
    {
        List<IWorkerConnection> surplus = [];
        lock (gate)
        {
            while (idle.Count > KeptIdle)
                surplus.Add(idle.Pop());
            surplus.ForEach(connection => open.Remove(connection));
        }

        surplus.ForEach(connection => connection.Dispose());
    }

    /// <summary>A connection has sent a whole request.</summary>
    internal void HasAsked()
    {
        if (Volatile.Read(ref firstAsked) == 0)
            Volatile.Write(ref firstAsked, time.GetTimestamp());
    }

    internal void Return(IWorkerConnection connection, bool reusable)
    {
        lock (gate)
        {
            if (reusable && !closed && idle.Count < mostKept)
            {
                idle.Push(connection);
                return;
            }

            open.Remove(connection);
        }

        connection.Dispose();
    }

    // One answer that does not come must not use up the time for a whole start.
    private TimeSpan Shorter(TimeSpan within) => within < timeout ? within : timeout;

    private async ValueTask<WorkerReply> CallAsync(WorkerRequest request, TimeSpan within)
    {
        var connection = Take(request, out var error, out var reused);
        if (connection is null)
            return new(error);
        var started = time.GetTimestamp();
        var reply = await connection.CallAsync(request, request.MaxReplyBytes ?? maxReplyBytes, within);

        // A worker may close an idle connection in the very moment we use it. Only what can be asked twice is asked again.
        if (reply.Error == WorkerError.Closed && reused && request.CanBeRepeated)
        {
            var left = within - time.GetElapsedTime(started);
            return left > TimeSpan.Zero ? await CallAsync(request, left) : new(WorkerError.TimedOut);
        }

        if (reply.Error == WorkerError.None)
            ForgiveSilence();
        return reply;
    }

    private IWorkerConnection? Take(WorkerRequest request, out WorkerError error, out bool reused)
    {
        error = WorkerError.None;
        reused = false;
        while (true)
        {
            IWorkerConnection? connection;
            lock (gate)
            {
                if (!idle.TryPop(out connection))
                {
                    if (closed || (open.Count >= MaxCalls && !request.IsOurs))
                    {
                        error = closed ? WorkerError.Closed : WorkerError.Busy;
                        return null;
                    }

                    if (connector.TryConnect(this, time) is not { } opened)
                    {
                        error = WorkerError.Busy; // No descriptor left.
                        return null;
                    }

                    open.Add(opened);
                    return opened;
                }
            }

            // Bytes that came unasked would be taken for the reply.
            if (!connection.IsStale)
            {
                reused = true;
                return connection;
            }

            Return(connection, reusable: false);
        }
    }
}
