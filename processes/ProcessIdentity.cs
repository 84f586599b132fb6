namespace Steelyard.Processes;

/// <summary>
/// Names one process for ever. A pid alone is reused, so it counts only with the start time and the boot it belongs to.
/// </summary>
/// <param name="Pid">Process id.</param>
/// <param name="StartTime">Clock ticks since boot: field 22 of <c>/proc/PID/stat</c>.</param>
/// <param name="BootId">The kernel's random id of this boot.</param>
public sealed record ProcessIdentity(int Pid, long StartTime, string BootId)
{
    /// <summary>The kernel's random id of this boot.</summary>
    public static readonly string ThisBoot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>The identity of the process that has this pid now, or null when none has.</summary>
    public static ProcessIdentity? Of(int pid) =>
        ProcessStat.Read(pid) is { } stat ? new(pid, stat.StartTime, ThisBoot) : null;

    /// <summary>True while this very process exists (a zombie still does).</summary>
    public bool Exists => BootId == ThisBoot && ProcessStat.Read(Pid)?.StartTime == StartTime;
}
