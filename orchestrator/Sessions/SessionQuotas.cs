using System.Collections.Concurrent;
using Steelyard.Events;
using Steelyard.Settings;

namespace Steelyard.Sessions;

/// <summary>Limits how much of the node each key may use. Only keys that the operator gave get here, so there are few of them.</summary>
public sealed class SessionQuotas(Options options, TimeProvider time, NodeEvents? events = null)
{
    private readonly ConcurrentDictionary<string, Holdings> holders = new();

    /// <summary>Number of a key's sessions and creates on the other nodes of the cluster, as they last said.</summary>
    internal Func<string, int> Elsewhere { get; set; } = _ => 0;

    /// <summary>Number of sessions and creates of each key on this node, where keys have a limit.</summary>
    internal Dictionary<string, int> Held() => options.KeyMaxSessions is null
        ? []
        : holders.Select(pair => (pair.Key, pair.Value.Count)).Where(pair => pair.Count > 0).ToDictionary();

    /// <summary>
    /// Takes a place for a create. The session keeps the place until it ends. Throws <see cref="QuotaExceededException"/>.
    /// </summary>
    /// <param name="holder">Name of the key; null on a node without keys, where nothing is limited.</param>
    public QuotaPlace Take(string? holder)
    {
        try
        {
            return Of(holder)?.Take(options.KeyMaxSessions is null ? 0 : Elsewhere(holder!)) ?? new(null);
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

/// <summary>The creates and live sessions of one key. One lock.</summary>
internal sealed class Holdings(Options options, TimeProvider time)
{
    private readonly Lock gate = new();
    private double tokens = options.KeyCreatesPerSecond ?? 0;
    private long filled = time.GetTimestamp();
    private int creating;
    private int live;

    public int Count
    {
        get
        {
            lock (gate)
                return creating + live;
        }
    }

    /// <param name="elsewhere">Number of its creates and sessions on other nodes.</param>
    public QuotaPlace Take(int elsewhere = 0)
    {
        lock (gate)
        {
            if (creating + live + elsewhere >= options.KeyMaxSessions)
                throw new QuotaExceededException(
                    $"This key may have {options.KeyMaxSessions} sessions at a time. Release some, or ask the operator for more.",
                    TimeSpan.FromSeconds(1));
            if (creating >= options.KeyMaxCreating)
                throw new QuotaExceededException(
                    $"This key may have {options.KeyMaxCreating} creates under way. Wait until one is done.", TimeSpan.FromSeconds(1));
            TakeTokenNeedsLock();
            creating++;
            return new(this);
        }
    }

    public QuotaPlace Readmit()
    {
        lock (gate)
            creating++;
        var place = new QuotaPlace(this);
        place.BecomeLive();
        return place;
    }

    public void BecomeLive()
    {
        lock (gate)
        {
            creating--;
            live++;
        }
    }

    public void Return(bool wasLive)
    {
        lock (gate)
        {
            if (wasLive)
                live--;
            else
                creating--;
        }
    }

    // A token bucket that holds the tokens of one second.
    private void TakeTokenNeedsLock()
    {
        if (options.KeyCreatesPerSecond is not { } rate)
            return;
        tokens = Math.Min(rate, tokens + (time.GetElapsedTime(filled).TotalSeconds * rate));
        filled = time.GetTimestamp();
        if (tokens < 1)
            throw new QuotaExceededException(
                $"This key may create {rate} sessions a second.", TimeSpan.FromSeconds((1 - tokens) / rate));
        tokens--;
    }
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
