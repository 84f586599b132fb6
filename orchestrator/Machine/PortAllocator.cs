using System.Net.Sockets;

namespace Steelyard.Machine;

/// <summary>
/// Hands out the ports of a range in turn, so that a port is reused as late as possible. Listens on each, so that no other program can take
/// it before its worker has the socket. A worker that opens the port itself must prove that it has it (<see cref="Processes.PortOwner"/>).
/// </summary>
internal sealed class PortAllocator(IMachine machine, int first, int last, Random? random = null)
{
    private readonly Lock gate = new();
    private readonly HashSet<int> taken = [];

    // Nodes that start at the same time should not try the same ports at the same time.
    private int next = (random ?? Random.Shared).Next(first, last + 1);

    /// <summary>
    /// Takes a port and listens on it. Throws <see cref="InvalidOperationException"/> when every port of the range is in use, and
    /// <see cref="SocketException"/> when no descriptor is free.
    /// </summary>
    public (int Port, Socket Listener) Take()
    {
        for (var tries = first; tries <= last; tries++)
        {
            int port;
            lock (gate)
            {
                port = next;
                next = next == last ? first : next + 1;
                if (!taken.Add(port))
                    continue;
            }

            Socket? listener = null;
            try
            {
                if ((listener = machine.TryListen(port)) is not null)
                    return (port, listener);
            }
            finally
            {
                if (listener is null)
                    Return(port);
            }
        }

        throw new InvalidOperationException($"No free port between {first} and {last}: widen --worker-ports");
    }

    /// <summary>Marks a port that a worker already has as taken.</summary>
    public void Claim(int port)
    {
        lock (gate)
            taken.Add(port);
    }

    public void Return(int port)
    {
        lock (gate)
            taken.Remove(port);
    }
}
