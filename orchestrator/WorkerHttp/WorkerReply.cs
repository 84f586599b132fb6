namespace Steelyard.WorkerHttp;

/// <summary>What went wrong with a call to a worker. A value and no exception, because workers fail all day.</summary>
public enum WorkerError
{
    None,

    /// <summary>Nobody listens on its port.</summary>
    Refused,

    /// <summary>The connection ended before the reply did.</summary>
    Closed,

    /// <summary>No whole reply by the deadline.</summary>
    TimedOut,

    /// <summary>The reply is not HTTP/1.1, or not what the worker API says.</summary>
    Malformed,

    /// <summary>The reply is larger than we accept.</summary>
    TooLarge,

    /// <summary>
    /// Too many calls to this worker are under way, or we have no descriptor left: it was not asked. Or a list of pages is larger than
    /// what is left of their budget.
    /// </summary>
    Busy,

    /// <summary>
    /// No whole reply by the deadline, but this node did not run in time: it came late to the deadline, or had not read the reply that was
    /// there. What the worker did is unknown, and the worker is not to blame.
    /// </summary>
    Late,
}

/// <summary>
/// A worker's reply. Its body is in the buffer of the connection, which goes back to the client on <see cref="Dispose"/>: use it before. A
/// second <see cref="Dispose"/>, of a copy too, does nothing.
/// </summary>
public readonly struct WorkerReply : IDisposable
{
    private readonly IWorkerConnection? connection;
    private readonly int call;

    internal WorkerReply(IWorkerConnection connection, int call, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        this.connection = connection;
        this.call = call;
        Status = status;
        ContentType = contentType;
        Body = body;
    }

    internal WorkerReply(WorkerError error) => Error = error;

    public WorkerError Error { get; }

    /// <summary>HTTP status; 0 with an error.</summary>
    public int Status { get; }

    /// <summary>Of those that may be passed on: see <see cref="PassedContentType"/>.</summary>
    public string ContentType { get; } = "application/json";

    public ReadOnlyMemory<byte> Body { get; }

    public bool IsSuccess => Error == WorkerError.None && Status is >= 200 and < 300;

    /// <summary>For logs: the error, or the status.</summary>
    public override string ToString() => Error == WorkerError.None ? $"HTTP {Status}" : Error.ToString();

    public void Dispose() => connection?.Release(call);
}
