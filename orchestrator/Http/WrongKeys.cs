using System.Net;
using Steelyard.Settings;

namespace Steelyard.Http;

/// <summary>
/// Slows those who try keys. Each client address may be refused so often in a second, after a few at once; what comes faster waits, and
/// what would wait too long waits as long as it may and is then told nothing but that. Only who has no right key asks here: a right one is
/// never slowed, whoever else shares its address.
/// </summary>
public sealed class WrongKeys(Options options, TimeProvider time)
{
    /// <summary>Longest wait of an answer.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    // Seconds of its rate that an address may use up at once.
    private const int Burst = 2;

    /// <summary>Answers that may wait at a time, of all addresses; others are given at once.</summary>
    internal const int MostWaiting = 256;

    // Those who wait hold no more than this part of all connections.
    private const int ConnectionPart = 4;

    // Those that the table has no room for: their number is up to whoever attacks.
    private static readonly IPAddress Others = IPAddress.None;

    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, TimeSpan> busyUntil = [];
    private readonly TimeSpan each = TimeSpan.FromSeconds(1) / options.WrongKeysPerSecond;
    private TimeSpan swept;
    private readonly int mostWaiting = Math.Min(MostWaiting, options.MaxConnections / ConnectionPart);
    private int waiting;

    /// <summary>Addresses that are counted apart now.</summary>
    internal int Count
    {
        get
        {
            lock (gate)
                return busyUntil.Count;
        }
    }

    /// <summary>Notes a refusal, and waits until it may be told. False when there are too many: the client is told that instead.</summary>
    /// <param name="client">Address of the client.</param>
    /// <param name="left">The client has.</param>
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

    // The generic cell rate algorithm: an address is its answers' time ahead of the clock. Null is too far; who goes on so stays there.
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
