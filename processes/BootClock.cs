using System.Runtime.InteropServices;

namespace Steelyard.Processes;

/// <summary>The time since the machine started. It is never set, and goes on while the machine sleeps or this process is stopped.</summary>
public static partial class BootClock
{
    private const int BootTime = 7; // CLOCK_BOOTTIME, clock_gettime(2).

    public static TimeSpan Now
    {
        get
        {
            if (GetTime(BootTime, out var time) != 0)
                throw new InvalidOperationException("The clock of this machine cannot be read");
            return new((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / 100));
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Time time);

    private readonly record struct Time(long Seconds, long Nanoseconds);
}
