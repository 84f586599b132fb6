namespace Steelyard.WorkerHttp;

/// <summary>Opens connections to workers: sockets, or the simulation's.</summary>
internal interface IConnector
{
    /// <summary>A connection that opens with its first call; null when no descriptor is left.</summary>
    IWorkerConnection? TryConnect(WorkerClient client, TimeProvider time);
}
