namespace Steelyard.Workers;

/// <summary>A place in the pool that keeps one worker alive. Guarded by the pool's lock.</summary>
internal sealed class Slot
{
    /// <summary>The present worker; null between two of them.</summary>
    public Worker? Worker { get; set; }

    /// <summary>How many workers it has had.</summary>
    public int Starts { get; set; }

    /// <summary>Times of the failures in a row, oldest first: emptied by a session that ended cleanly.</summary>
    public List<TimeSpan> Failures { get; } = [];

    /// <summary>It has failed too often, and waits before it tries again.</summary>
    public bool Parked { get; set; }

    /// <summary>No further worker is to be started.</summary>
    public bool Retired { get; set; }

    /// <summary>How the last worker ended, for people.</summary>
    public string? LastExit { get; set; }
}
