using System.Globalization;

namespace Steelyard.Processes;

/// <summary>What process groups use, from <c>/proc</c>.</summary>
public static class ProcessMemory
{
    /// <summary>By the group's id. One walk over all processes: see <see cref="GroupMemory"/>. Throws <see cref="IOException"/> when no descriptor is left.</summary>
    public static Dictionary<int, GroupUsage> OfGroups()
    {
        var groups = new Dictionary<int, GroupUsage>();
        foreach (var pid in ProcFile.Pids())
        {
            if (ProcessStat.Read(pid) is { } stat)
                groups[stat.Group] = groups.GetValueOrDefault(stat.Group).Plus(pid, PagesOf(pid));
        }

        return groups;
    }

    /// <summary>Bytes of memory with each shared page divided among those who share it. Exact, and dear: about a millisecond for each process.</summary>
    public static long ProportionalOf(IEnumerable<int> pids) => pids.Sum(Proportional);

    // /proc/PID/statm, in pages: size, resident, shared, …
    private static (long Resident, long Shared) PagesOf(int pid)
    {
        Span<byte> buffer = stackalloc byte[ProcFile.Most];
        var line = ProcFile.Read($"/proc/{pid}/statm", buffer);
        return line.IsEmpty ? default : (ProcFile.Number(line, 1), ProcFile.Number(line, 2));
    }

    // A line such as "Pss:    1234 kB".
    private static long Proportional(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/smaps_rollup").First(line => line.StartsWith("Pss:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            // A sandboxed process shows it to root alone: then what is not shared must do.
            var (resident, shared) = PagesOf(pid);
            return (resident - shared) * Environment.SystemPageSize;
        }
    }
}

/// <param name="OwnBytes">Resident memory that is not shared, of all its processes.</param>
/// <param name="ResidentBytes">Resident memory, in which what is shared counts once for each process that shares it.</param>
/// <param name="Pids">Its processes; null for none.</param>
public readonly record struct GroupUsage(long OwnBytes, long ResidentBytes, IReadOnlyList<int>? Pids)
{
    internal GroupUsage Plus(int pid, (long Resident, long Shared) pages)
    {
        var pids = (List<int>?)Pids ?? [];
        pids.Add(pid);
        return new(OwnBytes + ((pages.Resident - pages.Shared) * Environment.SystemPageSize), ResidentBytes + (pages.Resident * Environment.SystemPageSize), pids);
    }
}
