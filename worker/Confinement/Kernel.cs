using System.Runtime.InteropServices;
using Steelyard.Processes;

namespace SteelBrowser.Confinement;

/// <summary>
/// The Linux system calls with which a thread gives up rights. They bypass the C library, which would apply some of them to all threads:
/// here they affect only the calling thread and what it starts. Each returns what its manual page says.
/// </summary>
internal static unsafe partial class Kernel
{
    public const int Reading = 0x280000; // O_PATH | O_CLOEXEC

    private const int SetDumpable = 4;
    private const int NoNewPrivileges = 38;

    // System call numbers that are the same on all 64-bit architectures.
    private const int LandlockCreate = 444;
    private const int LandlockAdd = 445;
    private const int LandlockRestrict = 446;

    private static bool IsX64 => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public static int CreateRuleset(void* attributes, nuint size, uint flags) =>
        (int)Syscall(LandlockCreate, (nint)attributes, (nint)size, (nint)flags, 0);

    public static int AddRule(int ruleset, int type, void* attributes) => (int)Syscall(LandlockAdd, ruleset, type, (nint)attributes, 0);

    public static int RestrictSelf(int ruleset) => (int)Syscall(LandlockRestrict, ruleset, 0, 0, 0);

    /// <summary>No program that the thread starts gets more rights than the thread has. This permits it to give up more rights.</summary>
    public static int SetNoNewPrivileges() => LibC.ProcessControl(NoNewPrivileges, 1, 0, 0, 0);

    /// <summary>
    /// A change of user hides the process from other processes of that user, which must be able to see its ports. This call undoes that.
    /// </summary>
    public static int StayVisible() => LibC.ProcessControl(SetDumpable, 1, 0, 0, 0);

    public static int InstallFilter(void* program) => (int)Syscall(IsX64 ? 317 : 277, 1, 0, (nint)program, 0);

    public static int DropGroups() => (int)Syscall(IsX64 ? 116 : 159, 0, 0, 0, 0);

    public static int SetGroup(uint id) => (int)Syscall(IsX64 ? 119 : 149, (nint)id, (nint)id, (nint)id, 0);

    public static int SetUser(uint id) => (int)Syscall(IsX64 ? 117 : 147, (nint)id, (nint)id, (nint)id, 0);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long Syscall(long number, nint a, nint b, nint c, nint d);
}
