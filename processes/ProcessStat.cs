namespace Steelyard.Processes;

/// <summary>What <c>/proc/PID/stat</c> tells of a process; see proc_pid_stat(5) for the fields.</summary>
/// <param name="State">R, S, D, T (stopped), Z (zombie) …</param>
/// <param name="Parent">Pid of its parent.</param>
/// <param name="Group">Id of its process group.</param>
/// <param name="Session">Id of its session.</param>
/// <param name="StartTime">Clock ticks since boot.</param>
public readonly record struct ProcessStat(char State, int Parent, int Group, int Session, long StartTime)
{
    /// <summary>A signal has stopped it.</summary>
    public bool IsStopped => State == 'T';

    /// <summary>Reads it, or returns null when there is no such process.</summary>
    public static ProcessStat? Read(int pid) => Read($"/proc/{pid}/stat");

    /// <summary>The same for a thread's file, <c>/proc/PID/task/TID/stat</c>.</summary>
    internal static ProcessStat? Read(string path)
    {
        Span<byte> buffer = stackalloc byte[ProcFile.Most];
        var text = ProcFile.Read(path, buffer);
        if (text.IsEmpty)
            return null;

        // The name, in parentheses, may hold spaces and parentheses itself: the fields begin behind the last one.
        var fields = text[(text.LastIndexOf((byte)')') + 2)..];
        return new((char)fields[0], (int)ProcFile.Number(fields, 1), (int)ProcFile.Number(fields, 2), (int)ProcFile.Number(fields, 3), ProcFile.Number(fields, 19));
    }
}
