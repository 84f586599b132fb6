using System.Net.Sockets;

namespace Steelyard.WorkerHttp;

/// <summary>Opens sockets.</summary>
/// <param name="memory">What large replies share.</param>
internal sealed class SocketConnector(ReplyMemory memory) : IConnector
{
    public IWorkerConnection? TryConnect(WorkerClient client, TimeProvider time)
    {
        try
        {
            return new WorkerConnection(client, memory, time);
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
