using System.Net.Sockets;

namespace Steelyard.WorkerHttp;

/// <summary>Opens connections with sockets.</summary>
/// <param name="memory">The budget that large replies share.</param>
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
