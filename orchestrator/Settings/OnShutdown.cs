namespace Steelyard.Settings;

/// <summary>What the first signal to stop does.</summary>
public enum OnShutdown
{
    /// <summary>All sessions end, all workers are stopped.</summary>
    Stop,

    /// <summary>No session begins any more; those there are go on until they end or the drain's time is over.</summary>
    Drain,

    /// <summary>Sessions and workers stay as they are, for the orchestrator that starts next on the same run directory.</summary>
    Leave,
}
