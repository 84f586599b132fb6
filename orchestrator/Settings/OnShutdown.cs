namespace Steelyard.Settings;

/// <summary>What the first stop signal does.</summary>
public enum OnShutdown
{
    /// <summary>All sessions end, and all workers are stopped.</summary>
    Stop,

    /// <summary>No session starts any more. Live sessions continue until they end or the drain timeout is over.</summary>
    Drain,

    /// <summary>Sessions and workers continue, for the orchestrator that starts next on the same run directory.</summary>
    Leave,
}
