namespace Steelyard.Settings;

/// <content>How long a worker may take to start, to answer and to stop.</content>
public sealed partial record Options
{
    /// <summary>Time from spawn to ready; also from the end of a session to ready again.</summary>
    public TimeSpan WorkerStartTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// No worker starts while less memory is available, in bytes, and below a quarter of it workers are ended. 0 for neither; null for a
    /// twentieth of the machine, at most 1 GiB.
    /// </summary>
    public long? MemoryReserve { get; init; }

    /// <summary>Timeout of one call to a worker.</summary>
    public TimeSpan WorkerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time between SIGTERM and SIGKILL.</summary>
    public TimeSpan WorkerStopGrace { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>A worker with a session that is silent for this time is asked for its health.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>An idle worker that is silent for this time is asked for its health. No client waits for it.</summary>
    public TimeSpan IdleProbeInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A worker that is silent for this time is stopped.</summary>
    public TimeSpan HangTimeout { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <summary>A worker that is silent for this time is stopped, even if it has waited for a processor all the time.</summary>
    public TimeSpan StarvedTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
