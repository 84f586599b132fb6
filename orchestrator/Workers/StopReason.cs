using System.Text.Json;

namespace Steelyard.Workers;

/// <summary>Why the node stops a worker.</summary>
public enum StopReason
{
    /// <summary>There are more idle workers than needed, or the worker is outdated.</summary>
    Retired,

    /// <summary>The node shuts down.</summary>
    Shutdown,

    /// <summary>An operator requested it.</summary>
    Operator,

    /// <summary>The worker did not become ready by the start deadline, or another program answers on its port.</summary>
    NeverReady,

    /// <summary>The worker did not answer a health probe in time.</summary>
    Hung,

    /// <summary>The worker gave a wrong answer, or its state is unknown after a broken call.</summary>
    Untrusted,

    /// <summary>The worker used more than its memory limit.</summary>
    OverMemory,

    /// <summary>The worker had more processes than its limit.</summary>
    OverProcesses,

    /// <summary>The worker stored more in its folder than its limit, or wrote a larger file.</summary>
    OverDisk,

    /// <summary>The machine was about to have no memory left, and the worker had no session or used the most: see LastResort.</summary>
    MachineMemory,
}

internal static class StopReasons
{
    /// <summary>The API's name for the reason why a session lost its worker.</summary>
    public static string Cause(this StopReason reason) => reason switch
    {
        StopReason.Operator => "stopped_by_operator",
        StopReason.Untrusted => "wrong_answer",
        StopReason.OverMemory => "out_of_memory",
        StopReason.OverProcesses => "too_many_processes",
        StopReason.OverDisk => "out_of_disk",
        StopReason.MachineMemory => "machine_out_of_memory",
        _ => JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString()),
    };

    /// <summary>A text for people: what the worker did or what was done to it, and which option is concerned.</summary>
    /// <param name="reason">Why the worker was stopped.</param>
    /// <param name="limits">The worker's limits, if known.</param>
    public static string Text(this StopReason reason, WorkerLimits? limits = null) => reason switch
    {
        StopReason.Operator => "an operator stopped it",
        StopReason.Hung => "it hung and no longer answered (--hang-timeout)",
        StopReason.Untrusted => "it gave a wrong answer, or none",
        StopReason.OverMemory =>
            $"it ran out of memory, and used more than its memory limit{Of(limits?.MemoryBytes >> 20, " MiB")} (--worker-memory)",
        StopReason.OverProcesses => $"it had more processes than its limit{Of(limits?.Processes, "")} (--worker-processes)",
        StopReason.OverDisk => $"it wrote more than its limit{Of(limits?.DiskBytes >> 20, " MiB")} (--worker-disk)",
        StopReason.MachineMemory => "the node ended it, because the machine had almost no memory left (--max-workers, --memory-reserve)",
        _ => reason.ToString(),
    };

    /// <summary>
    /// True if the worker gets SIGTERM and a grace period, because it works correctly. Any other worker is killed at once: it may not
    /// react to SIGTERM, and waiting for it only costs time.
    /// </summary>
    public static bool IsGraceful(this StopReason reason) => reason is StopReason.Retired or StopReason.Shutdown or StopReason.Operator;

    private static string Of(long? limit, string unit) => limit is { } number ? $" of {number}{unit}" : "";
}
