namespace Steelyard.WorkerHttp;

/// <summary>Opens connections to workers. Implemented with sockets and by the simulation.</summary>
internal interface IConnector
{
    /// <summary>Creates a connection that connects at its first call. Returns null if no descriptor is left.</summary>
    IWorkerConnection? TryConnect(WorkerClient client, TimeProvider time);
}
