using System.Runtime.InteropServices;

namespace Steelyard.Files;

/// <summary>The kernel's status of a file: Linux's <c>struct statx</c>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal readonly struct FileStatus
{
    private const int KindMask = 0xf000;
    private const int Regular = 0x8000;
    private const int Folder = 0x4000;
    private const int OfOthers = 0x3f; // The rights of the group and of all others.
    private const int WriteOfAll = 2;
    private const int BlockBytes = 512;

    [FieldOffset(16)] private readonly uint links;
    [FieldOffset(20)] private readonly uint owner;
    [FieldOffset(28)] private readonly ushort mode;
    [FieldOffset(32)] private readonly ulong node;
    [FieldOffset(40)] private readonly ulong size;
    [FieldOffset(48)] private readonly ulong blocks;
    [FieldOffset(112)] private readonly long modifiedSeconds;
    [FieldOffset(120)] private readonly uint modifiedNanoseconds;
    [FieldOffset(136)] private readonly ulong device;

    public bool IsFile => (mode & KindMask) == Regular;

    public bool IsFolder => (mode & KindMask) == Folder;

    /// <summary>Nobody but its owner may use it.</summary>
    public bool IsPrivate => (mode & OfOthers) == 0;

    /// <summary>Every user may change it.</summary>
    public bool IsWritableByAll => (mode & WriteOfAll) != 0;

    /// <summary>Number of names (hard links); 0 for a deleted file that is still open.</summary>
    public uint Links => links;

    /// <summary>The id of the user who owns the file.</summary>
    public uint Owner => owner;

    /// <summary>Length in bytes.</summary>
    public long Size => (long)size;

    /// <summary>Space used on the file system, in bytes.</summary>
    public long Allocated => (long)blocks * BlockBytes;

    /// <summary>Identifies the file among all files of the machine.</summary>
    public (ulong Device, ulong Node) Identity => (device, node);

    public DateTimeOffset LastModified => DateTimeOffset.FromUnixTimeSeconds(modifiedSeconds).AddTicks(modifiedNanoseconds / 100);
}
