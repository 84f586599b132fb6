using System.Runtime.InteropServices;
using Steelyard.Processes;

namespace SteelBrowser.Faults;

/// <summary>Ends or stops this process as a crash or a lockup would: no code of this program runs afterwards.</summary>
internal static partial class SelfHarm
{
    /// <summary>Ends every thread at once, with exit status 1.</summary>
    public static void Crash() => Exit(1);

    /// <summary>Stops every thread, the calling one before this method returns.</summary>
    public static void Freeze() => _ = Raise((int)Signal.Stop);

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int status);

    [LibraryImport("libc", EntryPoint = "raise")]
    private static partial int Raise(int signal);
}
