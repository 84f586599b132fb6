using System.IO.MemoryMappedFiles;
using Steelyard.Records;

namespace Steelyard.Sessions;

/// <summary>
/// Tells a later orchestrator which session lives on which worker port, or waits for a worker, and when it was last active. It is a file
/// mapped into memory: a write survives this process, costs no more than a memory store, and cannot fail on a full disk. Times are of the
/// monotonic clock, which all programs share until the machine reboots.
/// </summary>
public sealed unsafe class SessionLedger : IDisposable
{
    /// <summary>The entries of sessions that wait for a worker come after those of the ports.</summary>
    private const int FirstWaiting = ushort.MaxValue + 1;

    private const int Entries = FirstWaiting + 4096; // 2.1 MiB.
    private const long Length = Entries * LedgerEntry.Size;

    private readonly MemoryMappedViewAccessor view;
    private readonly byte* entries;

    /// <summary>Opens the file, or creates it. Throws <see cref="RunDirectoryException"/>.</summary>
    /// <param name="directory">The folder of the file.</param>
    public SessionLedger(RunDirectory directory)
    {
        var path = directory.FileAt("ledger");
        try
        {
            using var file = PrivateFile.Open(path, FileMode.OpenOrCreate);
            // Writes zeros, so that the file has no holes: the kernel would fill a hole at a later store, when the disk may be full.
            file.Seek(0, SeekOrigin.End);
            file.Write(new byte[Math.Max(0, Length - file.Length)]);
            file.Flush();
            using var mapping = MemoryMappedFile.CreateFromFile(
                file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
            view = mapping.CreateViewAccessor();
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref entries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunDirectoryException(path, e);
        }
    }

    /// <summary>The entry of the worker on this port, or of a session that waits for a worker.</summary>
    public LedgerEntry this[int place] => place is >= 0 and < Entries
        ? new(entries + ((long)place * LedgerEntry.Size))
        : throw new ArgumentOutOfRangeException(nameof(place));

    /// <summary>All entries that name a session.</summary>
    public IEnumerable<LedgerEntry> Named() =>
        Enumerable.Range(0, Entries).Select(place => this[place]).Where(entry => entry.Session is not null);

    /// <summary>Number of a free entry for a session that waits for a worker; null when all are taken.</summary>
    public int? FreeWaiting()
    {
        for (var place = FirstWaiting; place < Entries; place++)
        {
            if (this[place].Session is null)
                return place;
        }

        return null;
    }

    /// <summary>The entry of a session that waited for a worker; a default entry when there is no such entry with this number.</summary>
    public LedgerEntry Waiting(int? place) => place is >= FirstWaiting and < Entries ? this[place.Value] : default;

    /// <summary>
    /// Unmaps the file. Call it only when nothing can access an entry any more. An orchestrator never calls it: an activity may end after
    /// everything else has stopped.
    /// </summary>
    public void Dispose()
    {
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
    }
}
