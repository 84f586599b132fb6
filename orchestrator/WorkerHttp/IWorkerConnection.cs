namespace Steelyard.WorkerHttp;

/// <summary>A connection to a worker, used by one call at a time and kept alive between them: a socket, or the simulation's.</summary>
internal interface IWorkerConnection : IDisposable
{
    /// <summary>While it was idle the worker has closed it, or sent what nobody asked for.</summary>
    bool IsStale { get; }

    /// <summary>Bytes of the reply to a request under way lie here, and nobody has read them yet.</summary>
    bool HasUnreadReply { get; }

    /// <summary>Sends a request and reads the whole reply, by the deadline. On an error the connection is closed and given up.</summary>
    ValueTask<WorkerReply> CallAsync(WorkerRequest request, int maxReplyBytes, TimeSpan timeout);

    /// <summary>
    /// Hands the connection back to the client, which keeps it or closes it. Does nothing the second time: the connection may serve another
    /// call by then.
    /// </summary>
    /// <param name="call">The call that has ended, by the number that its reply carries.</param>
    void Release(int call);
}
