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
    /// <summary>For people: what it did, or what was done with it.</summary>
    public static string Text(this StopReason reason) => reason switch
    {
        StopReason.OverMemory => "it used more than its memory limit (--worker-memory)",
        StopReason.OverProcesses => "it had more processes than its limit (--worker-processes)",
        StopReason.OverDisk => "it wrote more than its limit (--worker-disk)",
        _ => reason.ToString(),
    };

    /// <summary>A worker that is in order gets SIGTERM and a grace; one that is not is killed at once, since asking it costs time only.</summary>
    public static bool IsGraceful(this StopReason reason) => reason is StopReason.Retired or StopReason.Shutdown or StopReason.Operator;
}
