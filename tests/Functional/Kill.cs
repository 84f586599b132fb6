using System.Runtime.InteropServices;
using Steelyard.Processes;

namespace Steelyard.Tests.Functional;

/// <summary>Sends signals from outside, as an operator would with kill(1).</summary>
internal static partial class Kill
{
    public static void Now(int pid, Signal signal = Signal.Kill) => Assert.Equal(0, SendSignal(pid, (int)signal));

    /// <summary>The same for a process that may end at the same moment.</summary>
    public static void IfAlive(int pid, Signal signal = Signal.Kill) => Assert.True(SendSignal(pid, (int)signal) == 0 || !IsAlive(pid));

    /// <summary>Stops a process and waits until all its threads have stopped, because the signal alone does not wait.</summary>
    public static async Task StopAsync(int pid)
    {
        Now(pid, Signal.Stop);
        await Eventually.IsTrueAsync(() => ProcessStat.Read(pid) is { State: 'T' }, "it has stopped");
    }

    public static bool IsAlive(int pid) => ProcessStat.Read(pid) is { State: not 'Z' };

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
