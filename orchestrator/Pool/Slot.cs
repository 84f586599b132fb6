using Steelyard.Workers;

namespace Steelyard.Pool;

/// <summary>A place in the pool that keeps one worker alive. Guarded by the pool's lock.</summary>
internal sealed class Slot
{
    private readonly List<TimeSpan> failures = []; // In a row, oldest first, on the scale of their caller's clock.

    /// <summary>The present worker; null between two of them.</summary>
    public Worker? Worker { get; set; }

    /// <summary>How many workers it has had.</summary>
    public int Starts { get; set; }

    /// <summary>It has failed too often, and waits before it tries again.</summary>
    public bool Parked { get; set; }

    /// <summary>No further worker is to be started.</summary>
    public bool Retired { get; set; }

    /// <summary>How the last worker ended, for people.</summary>
    public string? LastExit { get; set; }

    /// <summary>Names its last start to the <see cref="StartGate"/>.</summary>
    public int Start { get; set; }

    /// <summary>Its worker has failed after it had proved itself: decides when the next one starts.</summary>
    /// <param name="now">Time since any fixed start.</param>
    /// <param name="jitter">0 to 1.</param>
    /// <param name="mayPark">Enough other slots are not parked.</param>
    public RestartDecision Fail(TimeSpan now, double jitter, bool mayPark)
    {
        failures.RemoveAll(at => now - at >= RestartPolicy.Default.Window);
        failures.Add(now);
        var decision = RestartPolicy.Default.Next(failures, now, jitter, mayPark);
        Parked = decision.Park;
        return decision;
    }

    /// <summary>Its worker has created a session: the slot is sound.</summary>
    public void Forgive() => failures.Clear();
}
