using System.IO.MemoryMappedFiles;
using Steelyard.Workers;

namespace Steelyard.Sessions;

/// <summary>
/// Tells a later orchestrator which session lives on which worker port, and when it was last active: a file mapped into memory, because what is written
/// there outlives us at the price of a store, and no full disk can stop it. Times are those of the monotonic clock, which all programs of one boot share.
/// </summary>
public sealed unsafe class SessionLedger
{
    private const int MostPorts = 65_536;

    private readonly int ports;

    // Never unmapped: an activity may end after all else has stopped.
    private readonly byte* entries;

    /// <summary>Opens or makes the file. Throws <see cref="RunDirectoryException"/>.</summary>
    /// <param name="directory">Where it lies.</param>
    /// <param name="lastPort">The highest port that a worker can have.</param>
    public SessionLedger(RunDirectory directory, int lastPort)
    {
        var path = directory.FileAt("ledger");
        try
        {
            using var file = PrivateFile.Open(path, FileMode.OpenOrCreate);
            ports = Math.Max(lastPort + 1, (int)Math.Min(file.Length / LedgerEntry.Size, MostPorts));

            // Written out, for a hole in it would be filled when a store needs it, and then there may be no room.
            file.Seek(0, SeekOrigin.End);
            file.Write(new byte[Math.Max(0, ((long)ports * LedgerEntry.Size) - file.Length)]);
            file.Flush();
            using var mapping = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
            mapping.CreateViewAccessor().SafeMemoryMappedViewHandle.AcquirePointer(ref entries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunDirectoryException(path, e);
        }
    }

    /// <summary>The entry of the worker on this port; one that points nowhere for a port beyond all that workers have had here.</summary>
    public LedgerEntry this[int port] => port < ports ? new(entries + ((long)port * LedgerEntry.Size)) : default;
}
