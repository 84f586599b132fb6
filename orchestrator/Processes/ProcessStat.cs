using System.Globalization;

namespace Steelyard.Processes;

/// <summary>What <c>/proc/PID/stat</c> tells of a process; see proc_pid_stat(5) for the fields.</summary>
/// <param name="State">R, S, D, T (stopped), Z (zombie) …</param>
/// <param name="Parent">Pid of its parent.</param>
/// <param name="Group">Id of its process group.</param>
/// <param name="StartTime">Clock ticks since boot.</param>
public readonly record struct ProcessStat(char State, int Parent, int Group, long StartTime)
{
    /// <summary>Reads it, or returns null when there is no such process.</summary>
    public static ProcessStat? Read(int pid)
    {
        string text;
        try
        {
            text = File.ReadAllText($"/proc/{pid}/stat");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // The name, in parentheses, may hold spaces and parentheses itself: the fields begin behind the last one.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return new(
            fields[0][0],
            int.Parse(fields[1], CultureInfo.InvariantCulture),
            int.Parse(fields[2], CultureInfo.InvariantCulture),
            long.Parse(fields[19], CultureInfo.InvariantCulture));
    }
}
