using System.Globalization;

namespace Steelyard.Processes;

/// <summary>
/// Measures how long a process waits for a processor: it is runnable, but other processes run. The kernel counts this for each thread in
/// nanoseconds (run_delay, the second number of <c>/proc/PID/task/TID/schedstat</c>), but adds a wait only when it is over. So a thread
/// that is runnable and has not run since the last measurement counts as still waiting. The waits of all threads are added up, because
/// threads pass work on to each other. Without that file the wait is zero.
/// </summary>
public sealed class ProcessorWait
{
    private const char Runnable = 'R';

    private readonly int pid;
    private readonly TimeProvider time;
    private readonly Dictionary<int, Look> first;
    private volatile Dictionary<int, Look> last; // Replaced as a whole, because several callers may measure at the same time.

    private ProcessorWait(int pid, TimeProvider time)
    {
        this.pid = pid;
        this.time = time;
        last = [];
        first = last = Read() ?? [];
    }

    /// <summary>Starts a measurement. Reads two small files for each thread, as <see cref="Measure"/> does.</summary>
    public static ProcessorWait Begin(int pid, TimeProvider time) => new(pid, time);

    /// <summary>
    /// Returns the wait of all threads together since the start of the measurement, or null if the process is stopped or has ended.
    /// </summary>
    public TimeSpan? Measure()
    {
        if (Read() is not { } now)
            return null;
        last = now;
        return now.Aggregate(TimeSpan.Zero, (sum, thread) => sum + thread.Value.WaitSince(first.GetValueOrDefault(thread.Key), time));
    }

    private Dictionary<int, Look>? Read()
    {
        var before = last;
        var looks = new Dictionary<int, Look>();
        try
        {
            if (ProcessStat.Read(pid) is not { IsStopped: false })
                return null;
            foreach (var folder in Directory.EnumerateDirectories($"/proc/{pid}/task"))
            {
                var thread = int.Parse(Path.GetFileName(folder.AsSpan()), CultureInfo.InvariantCulture);
                if (ProcessStat.Read($"{folder}/stat") is { } stat && Counters($"{folder}/schedstat") is { } counters)
                    looks[thread] = new(counters.Run, counters.Wait, stat.State == Runnable, SinceWhen(before, thread, counters));
            }
        }
        catch (IOException e) when (Shortage.IsIn(e))
        {
            return before; // No descriptor is left, which says nothing about the process.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process has ended or is not visible to us: use what has been read so far.
        }

        return looks;
    }

    // Returns the timestamp at which these counters were first read: the thread has neither begun nor ended a wait since then.
    private long SinceWhen(Dictionary<int, Look> before, int thread, (long Run, long Wait) counters) =>
        before.TryGetValue(thread, out var look) && (look.Run, look.Wait) == counters ? look.Since : time.GetTimestamp();

    private static (long Run, long Wait)? Counters(string path)
    {
        Span<byte> buffer = stackalloc byte[ProcFile.Most];
        var line = ProcFile.Read(path, buffer);
        return line.IsEmpty ? null : (ProcFile.Number(line, 0), ProcFile.Number(line, 1));
    }

    private readonly record struct Look(long Run, long Wait, bool IsRunnable, long Since)
    {
        public TimeSpan WaitSince(Look beginning, TimeProvider time) =>
            TimeSpan.FromMicroseconds((Wait - beginning.Wait) / 1000) + (IsRunnable ? time.GetElapsedTime(Since) : TimeSpan.Zero);
    }
}
