using Steelyard.Settings;

namespace Steelyard.Sessions;

/// <summary>The creates and live sessions of one key. One lock.</summary>
internal sealed class Holdings(Options options, TimeProvider time)
{
    private const double Negligible = 0.05;

    private readonly Lock gate = new();
    private double tokens = options.KeyCreatesPerSecond ?? 0;
    private long filled = time.GetTimestamp();
    private double recent; // Creates a second, of which those of a second ago count a third.
    private int creating;
    private int live;

    /// <summary>What the key uses now.</summary>
    public KeyUse Use()
    {
        lock (gate)
        {
            var rate = recent * Decay(time.GetElapsedTime(filled));
            return new(creating + live, creating, rate, creating + live > 0 || rate >= Negligible ? 1 : 0);
        }
    }

    /// <param name="elsewhere">What it uses on other nodes.</param>
    public QuotaPlace Take(KeyUse elsewhere = default)
    {
        lock (gate)
        {
            if (creating + live + elsewhere.Held >= options.KeyMaxSessions)
                throw new QuotaExceededException(
                    $"This key may have {options.KeyMaxSessions} sessions at a time. Release some, or ask the operator for more.",
                    TimeSpan.FromSeconds(1));
            if (creating + elsewhere.Creating >= options.KeyMaxCreating)
                throw new QuotaExceededException(
                    $"This key may have {options.KeyMaxCreating} creates under way. Wait until one is done.", TimeSpan.FromSeconds(1));
            TakeTokenNeedsLock(elsewhere);
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

    // A token bucket that holds the tokens of one second. It fills with what the other nodes leave, and at least with an equal share.
    private void TakeTokenNeedsLock(KeyUse elsewhere)
    {
        if (options.KeyCreatesPerSecond is not { } most)
            return;
        var rate = Math.Max(most - elsewhere.Rate, most / (1.0 + elsewhere.Nodes));
        var elapsed = time.GetElapsedTime(filled);
        (tokens, recent, filled) = (Math.Min(most, tokens + (elapsed.TotalSeconds * rate)), recent * Decay(elapsed), time.GetTimestamp());
        if (tokens < 1)
            throw new QuotaExceededException($"This key may create {most} sessions a second.", TimeSpan.FromSeconds((1 - tokens) / rate));
        tokens--;
        recent++;
    }

    private static double Decay(TimeSpan elapsed) => Math.Exp(-elapsed.TotalSeconds);
}

/// <summary>What a key uses, on one node or on several.</summary>
/// <param name="Held">Sessions and creates.</param>
/// <param name="Creating">Creates under way.</param>
/// <param name="Rate">Recent creates a second.</param>
/// <param name="Nodes">Nodes that it uses.</param>
internal readonly record struct KeyUse(int Held, int Creating, double Rate, int Nodes)
{
    public static KeyUse operator +(KeyUse one, KeyUse other) =>
        new(one.Held + other.Held, one.Creating + other.Creating, one.Rate + other.Rate, one.Nodes + other.Nodes);
}
