using System.Runtime.InteropServices;

namespace Steelyard.Files;

/// <summary>What the kernel knows of a file: Linux's <c>struct statx</c>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal readonly struct FileStatus
{
    private const int KindMask = 0xf000;
    private const int Regular = 0x8000;
    private const int Folder = 0x4000;
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

    /// <summary>How many names it has; 0 for one that is only open.</summary>
    public uint Links => links;

    /// <summary>The user whose file it is.</summary>
    public uint Owner => owner;

    /// <summary>How long it is, in bytes.</summary>
    public long Size => (long)size;

    /// <summary>What it takes of its file system, in bytes.</summary>
    public long Allocated => (long)blocks * BlockBytes;

    /// <summary>Tells it from every other file of the machine.</summary>
    public (ulong Device, ulong Node) Identity => (device, node);

    public DateTimeOffset LastModified => DateTimeOffset.FromUnixTimeSeconds(modifiedSeconds).AddTicks(modifiedNanoseconds / 100);
}
