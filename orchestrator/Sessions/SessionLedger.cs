using System.IO.MemoryMappedFiles;
using Steelyard.Workers;

namespace Steelyard.Sessions;

/// <summary>
/// Tells a later orchestrator which session lives on which worker port, and when it was last active: a file mapped into memory, because what is written
/// there outlives us at the price of a store, and no full disk can stop it. Times are those of the monotonic clock, which all programs of one boot share.
/// </summary>
public sealed unsafe class SessionLedger
{
    private const long Length = 65_536 * LedgerEntry.Size; // An entry for every port there is: 2 MiB.

    // Never unmapped: an activity may end after all else has stopped.
    private readonly byte* entries;

    /// <summary>Opens or makes the file. Throws <see cref="RunDirectoryException"/>.</summary>
    /// <param name="directory">Where it lies.</param>
    public SessionLedger(RunDirectory directory)
    {
        var path = directory.FileAt("ledger");
        try
        {
            using var file = PrivateFile.Open(path, FileMode.OpenOrCreate);
            // Written out, for a hole in it would be filled when a store needs it, and then there may be no room.
            file.Seek(0, SeekOrigin.End);
            file.Write(new byte[Math.Max(0, Length - file.Length)]);
            file.Flush();
            using var mapping = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
            mapping.CreateViewAccessor().SafeMemoryMappedViewHandle.AcquirePointer(ref entries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunDirectoryException(path, e);
        }
    }

    /// <summary>The entry of the worker on this port.</summary>
    public LedgerEntry this[int port] => port is >= 0 and <= ushort.MaxValue ? new(entries + ((long)port * LedgerEntry.Size)) : throw new ArgumentOutOfRangeException(nameof(port));
}
