using System.Globalization;

namespace Steelyard.Processes;

/// <summary>Measures the memory of processes, from <c>/proc</c>.</summary>
public static class ProcessMemory
{
    /// <summary>Returns the memory of these processes together. Takes about ten microseconds for each process.</summary>
    public static MemoryUsage Of(IEnumerable<int> pids) => pids.Select(PagesOf).Aggregate(default(MemoryUsage), (sum, pages) => new(
        sum.OwnBytes + ((pages.Resident - pages.Shared) * Environment.SystemPageSize),
        sum.ResidentBytes + (pages.Resident * Environment.SystemPageSize)));

    /// <summary>
    /// Returns the memory of these processes in bytes, with each shared page divided among the processes that share it. Exact but
    /// expensive: about a millisecond for each process.
    /// </summary>
    public static long ProportionalOf(IEnumerable<int> pids)
    {
        long sum = 0, shared = 0;
        foreach (var pid in pids)
        {
            if (Proportional(pid) is { } exact)
            {
                sum += exact;
                continue;
            }

            // Only root can read this for a sandboxed process or for a process of another user. Their shared memory is counted once, with
            // the largest value of one process: this may be too little, but it is never too much.
            sum += Of([pid]).OwnBytes;
            shared = Math.Max(shared, SharedMemory(pid));
        }

        return sum + shared;
    }

    // /proc/PID/statm, in pages: size, resident, shared, …
    private static (long Resident, long Shared) PagesOf(int pid)
    {
        Span<byte> buffer = stackalloc byte[ProcFile.Most];
        var line = ProcFile.Read($"/proc/{pid}/statm", buffer);
        return line.IsEmpty ? default : (ProcFile.Number(line, 1), ProcFile.Number(line, 2));
    }

    // Returns null if the value is not visible to us.
    private static long? Proportional(int pid)
    {
        try
        {
            return Kilobytes(File.ReadLines($"/proc/{pid}/smaps_rollup"), "Pss:");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // The memory of mapped files that exist only in memory, with or without a name.
    private static long SharedMemory(int pid)
    {
        try
        {
            return Kilobytes(File.ReadLines($"/proc/{pid}/status"), "RssShmem:") ?? 0;
        }
        catch (IOException)
        {
            return 0; // The process has ended.
        }
    }

    // Parses a line such as "Pss:    1234 kB" and returns bytes.
    private static long? Kilobytes(IEnumerable<string> lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } found
            ? long.Parse(found.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024
            : null;
}

/// <param name="OwnBytes">Resident memory of all processes that is not shared.</param>
/// <param name="ResidentBytes">Resident memory of all processes. Shared memory counts once for each process that shares it.</param>
public readonly record struct MemoryUsage(long OwnBytes, long ResidentBytes);
