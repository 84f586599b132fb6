using Steelyard.Async;
using Steelyard.Files;
using Steelyard.Records;
using Steelyard.Settings;

namespace Steelyard.Recordings;

/// <summary>Writes the node's parts of recordings, moves what is over to the disk of the history, and deletes what is too old.</summary>
/// <param name="store">The recordings.</param>
/// <param name="lines">The node's parts.</param>
/// <param name="isPresent">Whether a session lives.</param>
/// <param name="options">How long recordings are kept, and how many.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class RecordingKeeper(
    RecordingStore store,
    SessionLines lines,
    Func<Guid, bool> isPresent,
    Options options,
    TimeProvider time,
    ILogger<RecordingKeeper> logger)
{
    private const int RoundsPerMove = 4;
    private const int RoundsPerPrune = 240;
    private const long MaxFileBytes = 64 << 20; // A worker may lie.

    // What a small file takes on a disk.
    private const long Block = 4096;

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan FinishTime = TimeSpan.FromSeconds(2);

    // A part whose session began a moment ago may be written before the session is known.
    private static readonly TimeSpan Newest = TimeSpan.FromMinutes(1);

    private int rounds;
    private string? pruning;
    private string? moving;
    private volatile string? trouble;

    /// <summary>Why recordings cannot be kept now, for people; null when they can.</summary>
    public string? Trouble => trouble;

    /// <summary>
    /// Works until it is cancelled, and then throws <see cref="OperationCanceledException"/>: what has ended by then is moved before, as
    /// far as two seconds allow.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Periodic.RunAsync(Period, () => Task.Run(Round, cancellationToken), time, logger, cancellationToken);
        }
        finally
        {
            await Task.Run(Finish, CancellationToken.None).WaitAsync(FinishTime, time, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Round()
    {
        var round = rounds++;
        lines.Write();
        if (round % RoundsPerPrune == 0)
            pruning = Try(CloseOrphans) ?? Try(Prune);
        if (round % RoundsPerMove == 0)
            moving = Try(Move);
        Tell(pruning ?? moving);
    }

    // The same trouble is told once: a full disk lasts.
    private void Tell(string? now)
    {
        if (now is not null && now != trouble)
            logger.LogWarning("Recordings cannot be kept now: {Reason}", now);
        trouble = now;
    }

    private void Finish()
    {
        lines.Write();
        Tell(Try(Move));
    }

    // Returns why it could not be done; null when it is done.
    private static string? Try(Action what)
    {
        try
        {
            what();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    // A node that was killed had no time to close the parts of its last sessions.
    private void CloseOrphans()
    {
        var newest = time.GetUtcNow().UtcDateTime - Newest;
        foreach (var session in RecordingStore.FoldersIn(store.Current))
        {
            if (session.LastWriteTimeUtc < newest && Guid.TryParse(session.Name, out var id) && !isPresent(id))
                store.Close(session.Name);
        }
    }

    // The folders may be on different file systems, so the files are copied. A copy that was cut off is made again.
    private void Move()
    {
        if (store.Kept is not { } kept)
            return;
        string? first = null;
        foreach (var session in RecordingStore.FoldersIn(store.Arrived))
        {
            string? why;
            lock (store.Moving)
                why = Try(() => Move(session.FullName, Path.Combine(kept, session.Name)));
            first ??= why; // The others are moved all the same.
        }

        if (first is not null)
            throw new IOException(first);
    }

    private static void Move(string session, string target)
    {
        var parts = RecordingStore.FoldersIn(session);
        foreach (var part in parts)
        {
            var final = Path.Combine(target, part.Name);
            var partial = final + RecordingStore.Partial;
            if (Directory.Exists(target))
                FileTree.Delete(partial);
            Copy(part, partial);
            Directory.Move(partial, RecordingStore.Free(final));
            FileTree.Delete(part.FullName);
        }

        // Fails when another part has arrived meanwhile, which the next round takes.
        if (RecordingStore.FoldersIn(session).Length == 0 && Directory.Exists(session))
            Directory.Delete(session);
    }

    // Deletes what is too old, and then the oldest until all have room: those of each key, and all together.
    private void Prune()
    {
        var recordings = new[] { store.Arrived, store.Kept }.OfType<string>()
            .SelectMany(RecordingStore.FoldersIn)
            .OrderByDescending(folder => folder.LastWriteTimeUtc);
        var oldest = time.GetUtcNow().UtcDateTime - options.RecordAge;
        var used = 0L;
        var isFull = false;
        Dictionary<string, long> usedBy = [];
        HashSet<string> full = [];
        foreach (var folder in recordings)
        {
            var size = folder.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => (file.Length / Block * Block) + Block);
            var holder = RecordingStore.HolderOf(folder);
            var ofHolder = holder is null ? 0 : usedBy.GetValueOrDefault(holder) + size;
            isFull |= used + size > options.RecordSpace;
            if (ofHolder > options.KeyRecordSpace)
                full.Add(holder!);
            if (isFull || folder.LastWriteTimeUtc < oldest || (holder is not null && full.Contains(holder)))
            {
                FileTree.Delete(folder.FullName);
                continue;
            }

            used += size;
            if (holder is not null)
                usedBy[holder] = ofHolder;
        }
    }

    private static void Copy(DirectoryInfo from, string to)
    {
        Directory.CreateDirectory(to, RunDirectory.Mode);
        foreach (var file in from.GetFiles().Where(file => !RecordingStore.IsLink(file) && file.Length <= MaxFileBytes))
            file.CopyTo(Path.Combine(to, file.Name));
        foreach (var folder in from.GetDirectories().Where(folder => !RecordingStore.IsLink(folder)))
            Copy(folder, Path.Combine(to, folder.Name));
    }
}
