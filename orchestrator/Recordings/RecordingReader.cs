using System.Buffers;
using System.Globalization;
using Steelyard.Contract;

namespace Steelyard.Recordings;

/// <summary>
/// Reads a session's recording from one place on, also while it is written. Not for several threads at once.
/// </summary>
internal sealed class RecordingReader
{
    private const int LongestPlace = 1000;
    private const int MaxFileBytes = 64 << 20; // A worker may lie.

    // The last number of each part that the reader knows.
    private readonly Dictionary<string, long> known = [];
    private string? seen;

    /// <param name="place">See <see cref="Place"/>; null, and what is no place, for the start.</param>
    public RecordingReader(string? place)
    {
        if (place is not { Length: > 0 and <= LongestPlace })
            return;
        foreach (var each in place.Split('~'))
        {
            if (each.Split('.') is [var part, var text]
                && part.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
                && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                known[part] = number;
        }
    }

    /// <summary>Where the reader is: <c>PART.NUMBER~PART.NUMBER</c>.</summary>
    public string Place => string.Join('~', known.Select(each => $"{each.Key}.{each.Value}"));

    /// <summary>
    /// Returns the next events, in the order in which they happened. Throws <see cref="IOException"/> or
    /// <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    /// <param name="parts">See <see cref="RecordingStore.PartsOf"/>.</param>
    /// <param name="most">Maximum number of events.</param>
    public IReadOnlyList<RecordedEvent> Read(IReadOnlyList<RecordingPart> parts, int most)
    {
        List<RecordedEvent> events = [];
        var now = string.Join(' ', parts.SelectMany(Files).Select(file => file.Exists ? file.Length : 0));
        if (now == seen)
            return events;
        var heads = parts.Select(part => Events(part).GetEnumerator()).ToList();
        try
        {
            heads.RemoveAll(each => !each.MoveNext());
            while (events.Count < most && heads.MinBy(each => each.Current.At) is { } first)
            {
                known[first.Current.Part] = first.Current.Number;
                events.Add(first.Current with { Place = Place });
                if (!first.MoveNext())
                    heads.Remove(first);
            }
        }
        finally
        {
            heads.ForEach(each => each.Dispose());
        }

        seen = events.Count < most ? now : null;
        return events;
    }

    private static FileInfo[] Files(RecordingPart part) =>
        [new(Path.Combine(part.Path, RecordingNames.OldEvents)), new(Path.Combine(part.Path, RecordingNames.Events))];

    // The newer file is read first: when it becomes the older one meanwhile, its lines are seen twice instead of not at all.
    private IEnumerable<RecordedEvent> Events(RecordingPart part)
    {
        var files = Files(part);
        var newer = ReadAll(files[1]);
        var older = ReadAll(files[0]);
        try
        {
            foreach (var (bytes, length) in new[] { older, newer })
            {
                for (int start = 0, end; (end = bytes.AsSpan(start, length - start).IndexOf((byte)'\n')) >= 0; start += end + 1)
                {
                    if (RecordedEvent.TryParse(bytes.AsSpan(start, end), part.Name) is { } e
                        && e.Number > known.GetValueOrDefault(part.Name, -1))
                        yield return e;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(older.Bytes);
            ArrayPool<byte>.Shared.Return(newer.Bytes);
        }
    }

    // The caller returns the bytes to the pool. None when the file has just been moved.
    private static (byte[] Bytes, int Length) ReadAll(FileInfo file)
    {
        if (!file.Exists || file.Length > MaxFileBytes || RecordingStore.IsLink(file))
            return (ArrayPool<byte>.Shared.Rent(1), 0);
        var bytes = ArrayPool<byte>.Shared.Rent((int)file.Length + 1);
        try
        {
            using var handle = File.OpenHandle(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return (bytes, RandomAccess.Read(handle, bytes, 0));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return (bytes, 0);
        }
    }
}
