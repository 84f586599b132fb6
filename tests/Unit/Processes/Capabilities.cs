using System.Runtime.InteropServices;

namespace Steelyard.Tests.Unit.Processes;

/// <summary>Runs code as root without one capability; see capabilities(7).</summary>
internal static unsafe partial class Capabilities
{
    private const uint Version3 = 0x20080522;
    private const uint Ptrace = 1 << 19;

    /// <summary>Runs the action as a root that may not inspect the processes of other users, as in a container.</summary>
    public static void WithoutPtrace(Action action)
    {
        var failed = 0;
        var thread = new Thread(() => // Capabilities belong to a thread, and this one ends after the action.
        {
            var header = stackalloc uint[] { Version3, 0 };
            var data = stackalloc uint[6]; // Effective, permitted and inheritable: of the first 32 capabilities, then of the next 32.
            failed = Get(header, data);
            data[0] &= ~Ptrace;
            failed |= Set(header, data);
            action();
        });
        thread.Start();
        thread.Join();
        Assert.Equal(0, failed);
    }

    [LibraryImport("libc", EntryPoint = "capget")]
    private static partial int Get(uint* header, uint* data);

    [LibraryImport("libc", EntryPoint = "capset")]
    private static partial int Set(uint* header, uint* data);
}
