namespace Steelyard.Machine;

/// <summary>
/// Hands out ports of a range in turn, so that a port comes back as late as possible. That a port is free is only a guess until the worker
/// is seen to listen on it (<see cref="Processes.PortOwner"/>).
/// </summary>
internal sealed class PortAllocator(IMachine machine, int first, int last, Random? random = null)
{
    private readonly Lock gate = new();
    private readonly HashSet<int> taken = [];

    // Programs started at the same time should not walk through the range side by side.
    private int next = (random ?? Random.Shared).Next(first, last + 1);

    /// <summary>Throws <see cref="InvalidOperationException"/> when every port of the range is in use, <see cref="System.Net.Sockets.SocketException"/> when no descriptor is left.</summary>
    public int Take()
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

            var free = false;
            try
            {
                if (free = machine.IsFree(port))
                    return port;
            }
            finally
            {
                if (!free)
                    Return(port);
            }
        }

        throw new InvalidOperationException($"No free port between {first} and {last}: widen --worker-ports");
    }

    /// <summary>A port that a worker has already.</summary>
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
