namespace Steelyard.Processes;

/// <summary>Fields of <c>/proc/PID/stat</c>; see proc_pid_stat(5).</summary>
/// <param name="State">R, S, D, T (stopped), Z (zombie) …</param>
/// <param name="Parent">Pid of the parent.</param>
/// <param name="Group">Id of the process group.</param>
/// <param name="Session">Id of the session.</param>
/// <param name="CpuTime">Clock ticks that the process has run, in user and kernel mode.</param>
/// <param name="StartTime">Clock ticks since boot.</param>
public readonly record struct ProcessStat(char State, int Parent, int Group, int Session, long CpuTime, long StartTime)
{
    /// <summary>Clock ticks per second: USER_HZ, the same on all machines (time(7)).</summary>
    public const int TicksPerSecond = 100;

    /// <summary>A signal has stopped the process.</summary>
    public bool IsStopped => State == 'T';

    /// <summary>Reads the file of a process. Returns null if there is no such process.</summary>
    public static ProcessStat? Read(int pid) => Read($"/proc/{pid}/stat");

    /// <summary>Reads a file by its path, for example a thread's <c>/proc/PID/task/TID/stat</c>.</summary>
    internal static ProcessStat? Read(string path)
    {
        Span<byte> buffer = stackalloc byte[ProcFile.Most];
        var text = ProcFile.Read(path, buffer);
        if (text.IsEmpty)
            return null;

        // The name is in parentheses and may itself contain spaces and parentheses: the fields begin after the last parenthesis.
        var fields = text[(text.LastIndexOf((byte)')') + 2)..];
        return new(
            (char)fields[0],
            (int)ProcFile.Number(fields, 1),
            (int)ProcFile.Number(fields, 2),
            (int)ProcFile.Number(fields, 3),
            ProcFile.Number(fields, 11) + ProcFile.Number(fields, 12),
            ProcFile.Number(fields, 19));
    }
}
