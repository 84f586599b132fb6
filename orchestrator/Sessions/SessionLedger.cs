using System.IO.MemoryMappedFiles;
using Steelyard.Records;

namespace Steelyard.Sessions;

/// <summary>
/// Tells a later orchestrator which session lives on which worker port, or waits for a worker, and when it was last active: a file mapped into memory, because what is written
/// there outlives us at the price of a store, and no full disk can stop it. Times are those of the monotonic clock, which all programs of one boot share.
/// </summary>
public sealed unsafe class SessionLedger : IDisposable
{
    /// <summary>The entries of sessions that wait for a worker come after those of the ports.</summary>
    private const int FirstWaiting = ushort.MaxValue + 1;

    private const int Entries = FirstWaiting + 4096; // 2.1 MiB.
    private const long Length = Entries * LedgerEntry.Size;

    private readonly MemoryMappedViewAccessor view;
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
            view = mapping.CreateViewAccessor();
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref entries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunDirectoryException(path, e);
        }
    }

    /// <summary>The entry of the worker on this port, or of one that waits.</summary>
    public LedgerEntry this[int place] => place is >= 0 and < Entries ? new(entries + ((long)place * LedgerEntry.Size)) : throw new ArgumentOutOfRangeException(nameof(place));

    /// <summary>All entries that name a session.</summary>
    public IEnumerable<LedgerEntry> Named() => Enumerable.Range(0, Entries).Select(place => this[place]).Where(entry => entry.Session is not null);

    /// <summary>A free entry for a session that waits; null when there is none.</summary>
    public int? FreeWaiting()
    {
        for (var place = FirstWaiting; place < Entries; place++)
        {
            if (this[place].Session is null)
                return place;
        }

        return null;
    }

    /// <summary>The entry of a session that has waited; one that points nowhere when the number is none of such an entry.</summary>
    public LedgerEntry Waiting(int? place) => place is >= FirstWaiting and < Entries ? this[place.Value] : default;

    /// <summary>Only when nobody can touch an entry any more. An orchestrator never does it: an activity may end after all else has stopped.</summary>
    public void Dispose()
    {
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
    }
}
