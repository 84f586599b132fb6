using System.Text.Json;

namespace Steelyard.Workers;

/// <summary>Why we stop a worker.</summary>
public enum StopReason
{
    /// <summary>More idle workers than wanted.</summary>
    Retired,

    /// <summary>The node shuts down.</summary>
    Shutdown,

    /// <summary>Asked for by an operator.</summary>
    Operator,

    /// <summary>It did not become ready by the start deadline, or another program answers on its port.</summary>
    NeverReady,

    /// <summary>It did not answer a health probe in time.</summary>
    Hung,

    /// <summary>It gave a wrong answer, or its state is unknown after a broken call.</summary>
    Untrusted,

    /// <summary>It used more than its memory limit.</summary>
    OverMemory,

    /// <summary>It had more processes than its limit.</summary>
    OverProcesses,

    /// <summary>It kept more in its folder than its limit, or wrote a larger file.</summary>
    OverDisk,
}

internal static class StopReasons
{
    /// <summary>The name in the API of what a session lost its worker to.</summary>
    public static string Cause(this StopReason reason) => reason switch
    {
        StopReason.Operator => "stopped_by_operator",
        StopReason.Untrusted => "wrong_answer",
        StopReason.OverMemory => "out_of_memory",
        StopReason.OverProcesses => "too_many_processes",
        StopReason.OverDisk => "out_of_disk",
        _ => JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString()),
    };

    /// <summary>For people: what it did, or what was done with it, and which option it is about.</summary>
    /// <param name="reason">Why it was stopped.</param>
    /// <param name="limits">What it might use, where that is known.</param>
    public static string Text(this StopReason reason, WorkerLimits? limits = null) => reason switch
    {
        StopReason.Operator => "an operator stopped it",
        StopReason.Hung => "it hung, and answered nothing any more (--hang-timeout)",
        StopReason.Untrusted => "it gave a wrong answer, or none",
        StopReason.OverMemory => $"it ran out of memory, and used more than its memory limit{Of(limits?.MemoryBytes >> 20, " MiB")} (--worker-memory)",
        StopReason.OverProcesses => $"it had more processes than its limit{Of(limits?.Processes, "")} (--worker-processes)",
        StopReason.OverDisk => $"it wrote more than its limit{Of(limits?.DiskBytes >> 20, " MiB")} (--worker-disk)",
        _ => reason.ToString(),
    };

    /// <summary>
    /// A worker that is in order gets SIGTERM and a grace; one that is not is killed at once, since asking it costs time only.
    /// </summary>
    public static bool IsGraceful(this StopReason reason) => reason is StopReason.Retired or StopReason.Shutdown or StopReason.Operator;

    private static string Of(long? limit, string unit) => limit is { } number ? $" of {number}{unit}" : "";
}
