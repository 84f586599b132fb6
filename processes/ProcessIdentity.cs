using System.Globalization;

namespace Steelyard.Processes;

/// <summary>
/// Identifies one process permanently. The kernel reuses pids, so a pid is unique only together with the start time and the boot id.
/// </summary>
/// <param name="Pid">Process id.</param>
/// <param name="StartTime">Clock ticks since boot: field 22 of <c>/proc/PID/stat</c>.</param>
/// <param name="BootId">The kernel's random id of this boot.</param>
public sealed record ProcessIdentity(int Pid, long StartTime, string BootId)
{
    /// <summary>The kernel's random id of the current boot.</summary>
    public static readonly string ThisBoot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>Returns the identity of the process that has this pid now, or null if there is no such process.</summary>
    public static ProcessIdentity? Of(int pid) =>
        ProcessStat.Read(pid) is { } stat ? new(pid, stat.StartTime, ThisBoot) : null;

    /// <summary>When the machine started by the wall clock, if the wall clock has not been set since.</summary>
    /// <param name="now">The wall clock.</param>
    public static DateTimeOffset BootedAt(DateTimeOffset now) =>
        now - TimeSpan.FromSeconds(double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture));

    /// <summary>When the process started.</summary>
    /// <param name="boot">The result of <see cref="BootedAt"/>.</param>
    public DateTimeOffset StartedAt(DateTimeOffset boot) => boot + TimeSpan.FromSeconds((double)StartTime / ProcessStat.TicksPerSecond);

    /// <summary>True while exactly this process exists. A zombie still exists.</summary>
    public bool Exists => BootId == ThisBoot && ProcessStat.Read(Pid)?.StartTime == StartTime;
}
