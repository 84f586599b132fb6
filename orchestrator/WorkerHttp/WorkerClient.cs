using Steelyard.Tracing;

namespace Steelyard.WorkerHttp;

/// <summary>
/// Makes all calls to one worker, over connections that belong to this worker: no call can reach another worker that reused its port.
/// One lock guards the connections; it is held only for short operations on the collections.
/// </summary>
public sealed class WorkerClient : IDisposable
{
    /// <summary>Idle connections that a worker always may keep.</summary>
    internal const int KeptIdle = 2;

    private const int MaxCalls = 64;
    private const int MaxDiscoveryBytes = 8 << 20; // The description of the DevTools protocol itself has 1.6 MB.

    private readonly Lock gate = new();
    private readonly HashSet<IWorkerConnection> open = [];
    private readonly Stack<IWorkerConnection> idle = new(KeptIdle);
    private readonly IConnector connector;
    private readonly int maxReplyBytes;
    private readonly TimeSpan timeout;
    private readonly SpareConnections spare;
    private readonly TimeProvider time;
    private long lastAnswer;
    private long firstAsked; // Timestamp of the first request since the last answer; 0 while the worker owes no answer.
    private bool closed;

    /// <param name="connector">Opens the connections.</param>
    /// <param name="protocol">The protocol of the worker's API.</param>
    /// <param name="port">The worker's port on the IPv4 loopback address.</param>
    /// <param name="maxReplyBytes">A larger body is <see cref="WorkerError.TooLarge"/>.</param>
    /// <param name="timeout">Time limit of one call, from connecting to the last byte.</param>
    /// <param name="time">Clock of the deadlines.</param>
    /// <param name="spare">
    /// Idle connections that all workers keep during bursts of calls; null keeps all of this worker's.
    /// </param>
    internal WorkerClient(
        IConnector connector,
        WorkerProtocol protocol,
        int port,
        int maxReplyBytes,
        TimeSpan timeout,
        TimeProvider time,
        SpareConnections? spare = null)
    {
        this.spare = spare ?? new(MaxCalls);
        this.connector = connector;
        Protocol = protocol;
        Port = port;
        this.maxReplyBytes = maxReplyBytes;
        this.timeout = timeout;
        this.time = time;
        lastAnswer = time.GetTimestamp();
    }

    /// <summary>The protocol of the worker's API.</summary>
    public WorkerProtocol Protocol { get; }

    /// <summary>The worker's port on the IPv4 loopback address.</summary>
    public int Port { get; }

    /// <summary>Time since the worker's last answer. Real traffic proves that it is alive just as a probe does.</summary>
    public TimeSpan SinceLastAnswer => SilenceAt(time.GetTimestamp());

    /// <summary>Time from the worker's last answer to <paramref name="now"/>; negative if the worker has answered since.</summary>
    public TimeSpan SilenceAt(long now) => time.GetElapsedTime(Volatile.Read(ref lastAnswer), now);

    /// <summary>
    /// Time from the first complete request that the worker has not answered to <paramref name="now"/>; zero or less if it owes no answer.
    /// Silence alone does not prove that the worker is at fault: if this node lacks a processor, it may not have sent the request, or may
    /// not have read the reply.
    /// </summary>
    public TimeSpan UnansweredAt(long now)
    {
        if (Volatile.Read(ref firstAsked) is not (var since and not 0))
            return TimeSpan.Zero;
        lock (gate)
            return open.Any(connection => connection.HasUnreadReply) ? TimeSpan.Zero : time.GetElapsedTime(since, now);
    }

    /// <summary>
    /// Restarts the count of the worker's silence, because the worker has shown in another way that it is alive, or this node could not
    /// receive an answer.
    /// </summary>
    public void ForgiveSilence()
    {
        Volatile.Write(ref lastAnswer, time.GetTimestamp());
        Volatile.Write(ref firstAsked, 0);
    }

    /// <summary>Creates a session; <paramref name="body"/> is JSON. After an error it is unknown whether the session exists.</summary>
    public ValueTask<WorkerReply> CreateAsync(ReadOnlyMemory<byte> body, string? headers = null) =>
        CallAsync(Protocol.Create(body) with { Headers = headers }, timeout);

    /// <summary>
    /// Applies a session's options; <paramref name="setup"/> is JSON. The worker may have to start another browser for them.
    /// </summary>
    public ValueTask<WorkerReply> SetUpAsync(string path, ReadOnlyMemory<byte> setup, TimeSpan within) =>
        CallAsync(new("POST", path + "/setup", setup), within);

    /// <summary>Has the worker lead connections of its browser to a proxy; <paramref name="proxy"/> is JSON.</summary>
    public ValueTask<WorkerReply> LeadToProxyAsync(string path, ReadOnlyMemory<byte> proxy) =>
        CallAsync(new("POST", path + "/proxies", proxy), timeout);

    /// <summary>Gets one of the session extras whose reply is a few kilobytes of JSON.</summary>
    public ValueTask<WorkerReply> AskAsync(string path) => CallAsync(new("GET", path), timeout);

    /// <summary>Reads a session by the worker's path of it, as returned by <see cref="WorkerProtocol.SessionPath"/>.</summary>
    public ValueTask<WorkerReply> GetAsync(string path) => CallAsync(new("GET", path), timeout);

    /// <summary>Ends a session. A successful reply does not prove that the worker is free: see <c>WorkerReset</c>.</summary>
    public ValueTask<WorkerReply> EndAsync(string path) => CallAsync(Protocol.End(path), timeout);

    public ValueTask<WorkerReply> HealthAsync(TimeSpan within) => CallAsync(Protocol.Health, Shorter(within));

    public ValueTask<WorkerReply> StatusAsync(TimeSpan within) => CallAsync(Protocol.Status, Shorter(within));

    /// <summary>A DevTools discovery call, such as <c>GET /json/version</c>; <paramref name="pathAndQuery"/> is escaped.</summary>
    public ValueTask<WorkerReply> DiscoverAsync(string method, string pathAndQuery) =>
        CallAsync(new(method, pathAndQuery) { MaxReplyBytes = MaxDiscoveryBytes }, timeout);

    /// <summary>Closes all connections: calls in progress end with <see cref="WorkerError.Closed"/>.</summary>
    public void Dispose()
    {
        IWorkerConnection[] connections;
        lock (gate)
        {
            closed = true;
            connections = [.. open];
            open.Clear();
            while (PopNeedsLock() is not null)
                continue;
        }

        foreach (var connection in connections)
            connection.Dispose();
    }

    /// <summary>Closes idle connections that are left from a burst of calls.</summary>
    internal void Trim()
    {
        List<IWorkerConnection> surplus = [];
        lock (gate)
        {
            while (idle.Count > KeptIdle)
                surplus.Add(PopNeedsLock()!);
            surplus.ForEach(connection => open.Remove(connection));
        }

        surplus.ForEach(connection => connection.Dispose());
    }

    /// <summary>Records that a connection has sent a complete request.</summary>
    internal void HasAsked()
    {
        if (Volatile.Read(ref firstAsked) == 0)
            Volatile.Write(ref firstAsked, time.GetTimestamp());
    }

    internal void Return(IWorkerConnection connection, bool reusable)
    {
        lock (gate)
        {
            if (reusable && !closed && (idle.Count < KeptIdle || spare.TryTake()))
            {
                idle.Push(connection);
                return;
            }

            open.Remove(connection);
        }

        connection.Dispose();
    }

    // Those beyond the first few hold a spare place each.
    private IWorkerConnection? PopNeedsLock()
    {
        if (idle.Count > KeptIdle)
            spare.Give();
        return idle.TryPop(out var connection) ? connection : null;
    }

    // One missing answer must not use up the whole time limit of a start.
    private TimeSpan Shorter(TimeSpan within) => within < timeout ? within : timeout;

    private async ValueTask<WorkerReply> CallAsync(WorkerRequest request, TimeSpan within)
    {
        var connection = Take(request, out var error, out var reused);
        if (connection is null)
            return new(error);
        using var span = Spans.StartCall(request.Method, Port);
        var started = time.GetTimestamp();
        var reply = await connection.CallAsync(request, request.MaxReplyBytes ?? maxReplyBytes, within);
        Spans.End(span, reply.Status, reply.Error == WorkerError.None ? null : reply.Error.ToString());

        // A worker may close an idle connection at the moment when we use it. Only requests that can be repeated are sent again.
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
                connection = PopNeedsLock();
                if (connection is null)
                {
                    if (closed || (open.Count >= MaxCalls && !request.IsOurs))
                    {
                        error = closed ? WorkerError.Closed : WorkerError.Busy;
                        return null;
                    }

                    if (connector.TryConnect(this, time) is not { } opened)
                    {
                        error = WorkerError.Busy; // No descriptor is left.
                        return null;
                    }

                    open.Add(opened);
                    return opened;
                }
            }

            // Bytes that arrived before the request would be mistaken for the reply.
            if (!connection.IsStale)
            {
                reused = true;
                return connection;
            }

            Return(connection, reusable: false);
        }
    }
}
