using System.Runtime.InteropServices;

namespace Steelyard.Worker.Faults;

/// <summary>Ends or stops this process as a crash or a lockup would: nothing of ours runs any more.</summary>
internal static partial class SelfHarm
{
    private const int StopSignal = 19;

    /// <summary>Ends every thread on the spot, with exit status 1.</summary>
    public static void Crash() => Exit(1);

    public static void Freeze() => _ = Raise(Environment.ProcessId, StopSignal);

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int status);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Raise(int pid, int signal);
}
