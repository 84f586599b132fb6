using Steelyard.Workers;

namespace Steelyard.Pool;

/// <summary>A place in the pool that keeps one worker alive. Guarded by the pool's lock.</summary>
internal sealed class Slot
{
    private readonly List<TimeSpan> failures = []; // Consecutive failures, oldest first, as times of the caller's clock.

    /// <summary>The current worker; null between two workers.</summary>
    public Worker? Worker { get; set; }

    /// <summary>How many workers the slot has had.</summary>
    public int Starts { get; set; }

    /// <summary>The slot has failed too often, and waits before it tries again.</summary>
    public bool Parked { get; set; }

    /// <summary>The slot starts no further worker.</summary>
    public bool Retired { get; set; }

    /// <summary>How the last worker ended, for people.</summary>
    public string? LastExit { get; set; }

    /// <summary>Identifies the slot's last start to the <see cref="StartGate"/>.</summary>
    public int Start { get; set; }

    /// <summary>Records the failure of a worker that had proved itself, and decides when the next worker starts.</summary>
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

    /// <summary>Forgets the failures, because the slot's worker has created a session.</summary>
    public void Forgive() => failures.Clear();
}
