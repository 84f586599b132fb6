using Steelyard.Settings;

namespace Steelyard.WorkerHttp;

/// <summary>Makes the clients of workers. They share one limit of spare connections.</summary>
internal sealed class WorkerClients(IConnector connector, WorkerProtocol protocol, Options options, TimeProvider time)
{
    private readonly SpareConnections spare = new(options.SpareWorkerConnections);

    /// <summary>Makes the client of the worker on this port of the loopback address.</summary>
    public WorkerClient For(int port) =>
        new(connector, protocol, port, options.MaxReplyBytes, options.WorkerTimeout, time, spare);
}
