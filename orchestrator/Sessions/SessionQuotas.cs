using System.Collections.Concurrent;
using Steelyard.Events;
using Steelyard.Settings;

namespace Steelyard.Sessions;

/// <summary>Limits how much of the node each key may use. Only keys that the operator gave get here, so there are few of them.</summary>
public sealed class SessionQuotas(Options options, TimeProvider time, NodeEvents? events = null)
{
    private readonly ConcurrentDictionary<string, Holdings> holders = new();

    /// <summary>What a key uses on the other nodes of the cluster, as they last said.</summary>
    internal Func<string, KeyUse> Elsewhere { get; set; } = _ => default;

    private bool AreLimited => (options.KeyMaxSessions ?? options.KeyMaxCreating ?? options.KeyCreatesPerSecond) is not null;

    /// <summary>What each key uses on this node, where keys have a limit.</summary>
    internal Dictionary<string, KeyUse> Uses() => AreLimited
        ? holders.Select(pair => (pair.Key, Value: pair.Value.Use())).Where(pair => pair.Value.Nodes > 0).ToDictionary()
        : [];

    /// <summary>
    /// Takes a place for a create. The session keeps the place until it ends. Throws <see cref="QuotaExceededException"/>.
    /// </summary>
    /// <param name="holder">Name of the key; null on a node without keys, where nothing is limited.</param>
    public QuotaPlace Take(string? holder)
    {
        try
        {
            return Of(holder)?.Take(AreLimited ? Elsewhere(holder!) : default) ?? new(null);
        }
        catch (QuotaExceededException e)
        {
            events?.Publish(new CreateRefused(e.Message, "quota"));
            throw;
        }
    }

    /// <summary>Takes a place for a session that is live already, even above the current limits.</summary>
    internal QuotaPlace Readmit(string? holder) => Of(holder)?.Readmit() ?? new(null);

    private Holdings? Of(string? holder) => holder is null ? null : holders.GetOrAdd(holder, _ => new(options, time));
}

/// <summary>A key's place for one create and its session. Dispose returns it; further calls do nothing.</summary>
public sealed class QuotaPlace : IDisposable
{
    private readonly Holdings? holdings;
    private int state;

    internal QuotaPlace(Holdings? holdings) => this.holdings = holdings;

    /// <summary>Counts the place as a live session instead of a create.</summary>
    public void BecomeLive()
    {
        if (Interlocked.CompareExchange(ref state, 1, 0) == 0)
            holdings?.BecomeLive();
    }

    public void Dispose()
    {
        var before = Interlocked.Exchange(ref state, 2);
        if (before != 2)
            holdings?.Return(wasLive: before == 1);
    }
}

/// <summary>The caller's key is at its limit. A retry after <see cref="RetryAfter"/> may succeed.</summary>
public sealed class QuotaExceededException(string message, TimeSpan retryAfter) : Exception(message)
{
    public TimeSpan RetryAfter => retryAfter;
}
