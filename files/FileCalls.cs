using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Steelyard.Files;

/// <summary>
/// Linux system calls for files relative to an open folder, which .NET does not offer. Each returns what its manual page says.
/// </summary>
internal static unsafe partial class FileCalls
{
    public const int WorkingDirectory = -100; // AT_FDCWD
    public const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    public const int RemoveFolder = 0x200; // AT_REMOVEDIR

    public const int NotFound = 2;
    public const int NoDevice = 6;
    public const int Exists = 17;
    public const int NoFolder = 20;
    public const int IsFolder = 21;
    public const int NotEmpty = 39;
    public const int IsLink = 40;

    // O_NONBLOCK: opening a FIFO that nobody writes to does not block.
    public const int OpenFile = 0x800 | CloseOnExec;

    public const int CreateFile = 0x1 | 0x40 | 0x80 | CloseOnExec; // O_WRONLY, O_CREAT, O_EXCL
    public const uint OwnerOnly = 0x180; // 0600

    private const int CloseOnExec = 0x80000;

    // O_NOFOLLOW and O_DIRECTORY are the only flags here whose values depend on the processor architecture.
    private static bool IsArm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public static int OpenNoLink => IsArm ? 0x8000 : 0x20000; // O_NOFOLLOW

    public static int OpenFolder => (IsArm ? 0x4000 : 0x10000) | CloseOnExec; // O_DIRECTORY

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    public static partial int OpenAt(int folder, byte[] name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    public static partial int OpenAt(SafeFileHandle folder, byte[] name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    public static partial int MakeFolderAt(SafeFileHandle folder, byte[] name, uint mode);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    public static partial int UnlinkAt(SafeFileHandle folder, byte[] name, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    public static partial int RenameAt(SafeFileHandle from, byte[] name, SafeFileHandle to, byte[] newName);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    public static partial int ChangeOwner(SafeFileHandle file, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    public static partial int Status(SafeFileHandle folder, byte[] name, int flags, uint wanted, FileStatus* status);

    [LibraryImport("libc", EntryPoint = "fdopendir", SetLastError = true)]
    public static partial nint OpenEntries(int folder);

    /// <summary>A pointer to a <c>struct dirent</c>, whose name begins at <see cref="NameInEntry"/>; null at the end.</summary>
    [LibraryImport("libc", EntryPoint = "readdir")]
    public static partial byte* NextEntry(nint entries);

    [LibraryImport("libc", EntryPoint = "closedir")]
    public static partial int CloseEntries(nint entries);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint CurrentUser();

    public const int NameInEntry = 19;
}
