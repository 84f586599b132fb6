using System.Globalization;

namespace Steelyard.Processes;

/// <summary>Memory of processes, from <c>/proc</c>.</summary>
public static class ProcessMemory
{
    /// <summary>
    /// Bytes of resident memory that are not shared, summed over each process group, by the group's id. One walk over all processes:
    /// a few milliseconds for a thousand.
    /// </summary>
    public static Dictionary<int, long> OfGroups()
    {
        var groups = new Dictionary<int, long>();
        foreach (var path in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var pid) && ProcessStat.Read(pid) is { } stat)
                groups[stat.Group] = groups.GetValueOrDefault(stat.Group) + Own(pid);
        }

        return groups;
    }

    // /proc/PID/statm, in pages: size, resident, shared, …
    private static long Own(int pid)
    {
        try
        {
            var words = File.ReadAllText($"/proc/{pid}/statm").Split(' ');
            return (long.Parse(words[1], CultureInfo.InvariantCulture) - long.Parse(words[2], CultureInfo.InvariantCulture)) * Environment.SystemPageSize;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0; // It has ended, or is hidden from us.
        }
    }
}
