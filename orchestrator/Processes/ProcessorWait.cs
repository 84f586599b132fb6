using System.Globalization;

namespace Steelyard.Processes;

/// <summary>
/// Measures how long a process waits for a processor: it wants to run, and others run. Each thread has its own clock of that (run_delay, the second number
/// of <c>/proc/PID/task/TID/schedstat</c>, in nanoseconds); the longest wait counts. Without that file the wait is zero.
/// </summary>
public sealed class ProcessorWait
{
    private readonly int pid;
    private readonly Dictionary<int, long> before;

    private ProcessorWait(int pid)
    {
        this.pid = pid;
        before = Read();
    }

    /// <summary>Measures from now on. Reads a small file for each thread.</summary>
    public static ProcessorWait Begin(int pid) => new(pid);

    /// <summary>The wait since the beginning; zero for a process that is gone.</summary>
    public TimeSpan Elapsed
    {
        get
        {
            var longest = 0L;
            foreach (var (thread, waited) in Read())
                longest = Math.Max(longest, waited - before.GetValueOrDefault(thread));
            return TimeSpan.FromMicroseconds(longest / 1000);
        }
    }

    private Dictionary<int, long> Read()
    {
        var waits = new Dictionary<int, long>();
        try
        {
            Span<byte> buffer = stackalloc byte[ProcFile.Most];
            foreach (var folder in Directory.EnumerateDirectories($"/proc/{pid}/task"))
            {
                var line = ProcFile.Read(Path.Combine(folder, "schedstat"), buffer);
                if (!line.IsEmpty)
                    waits[int.Parse(Path.GetFileName(folder.AsSpan()), CultureInfo.InvariantCulture)] = ProcFile.Number(line, 1);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process has ended, or hides from us: what was read so far must do.
        }

        return waits;
    }
}
