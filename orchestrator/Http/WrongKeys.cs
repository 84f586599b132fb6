using System.Net;
using Steelyard.Settings;

namespace Steelyard.Http;

/// <summary>
/// Slows down clients that guess keys. Each client address gets a limited number of refusals per second, and a few at once. Faster requests
/// wait. A request that would wait too long waits for the longest time and then gets 429. Only requests without a valid key come here: a
/// request with a valid key is never slowed, even if others share its address.
/// </summary>
public sealed class WrongKeys(Options options, TimeProvider time)
{
    /// <summary>Longest time that an answer waits.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    // An address may use up this many seconds of its rate at once.
    private const int Burst = 2;

    /// <summary>Largest number of answers that wait at a time, over all addresses. Further requests get 429 at once.</summary>
    internal const int MostWaiting = 256;

    // Waiting answers hold at most one in this many connections.
    private const int ConnectionPart = 4;

    // Shared entry for addresses that do not fit into the table, because an attacker controls how many there are.
    private static readonly IPAddress Others = IPAddress.None;

    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, TimeSpan> busyUntil = [];
    private readonly TimeSpan each = TimeSpan.FromSeconds(1) / options.WrongKeysPerSecond;
    private TimeSpan swept;
    private readonly int mostWaiting = Math.Min(MostWaiting, options.MaxConnections / ConnectionPart);
    private int waiting;

    /// <summary>Number of addresses in the table.</summary>
    internal int Count
    {
        get
        {
            lock (gate)
                return busyUntil.Count;
        }
    }

    /// <summary>Counts a refusal and waits until it may be sent. False when there are too many: then answer 429 instead.</summary>
    /// <param name="client">Address of the client.</param>
    /// <param name="left">Cancelled when the client disconnects.</param>
    public async Task<bool> SlowAsync(IPAddress client, CancellationToken left)
    {
        var delay = Delay(client);
        if (delay == TimeSpan.Zero)
            return true;
        try
        {
            if (Interlocked.Increment(ref waiting) > mostWaiting)
                return false;
            await Task.Delay(delay ?? LongestWait, time, left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return delay is not null;
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    // The generic cell rate algorithm: each answer moves the address's time further ahead of the clock. Null when it is too far ahead. An
    // address that continues at this rate stays there.
    private TimeSpan? Delay(IPAddress client)
    {
        var now = time.GetElapsedTime(0);
        lock (gate)
        {
            var known = Room(ConnectionLimits.Client(client), now);
            var until = busyUntil.GetValueOrDefault(known);
            until = (until > now ? until : now) + each;
            var delay = until - now - TimeSpan.FromSeconds(Burst);
            var isTooFar = delay > LongestWait;
            busyUntil[known] = isTooFar ? now + TimeSpan.FromSeconds(Burst) + (LongestWait * 2) : until;
            return isTooFar ? null : delay > TimeSpan.Zero ? delay : TimeSpan.Zero;
        }
    }

    private IPAddress Room(IPAddress client, TimeSpan now)
    {
        if (busyUntil.Count < options.WrongKeyAddresses || busyUntil.ContainsKey(client))
            return client;
        if (now - swept > LongestWait)
        {
            swept = now;
            foreach (var (address, until) in busyUntil)
            {
                if (until <= now)
                    busyUntil.Remove(address);
            }
        }

        return busyUntil.Count < options.WrongKeyAddresses ? client : Others;
    }
}
