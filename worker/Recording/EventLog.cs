using System.Buffers;
using System.Text.Json;
using Steelyard.Contract;

namespace SteelBrowser.Recording;

/// <summary>
/// The events of one session, a line of JSON each, in two files of limited size. When the newer file is full, it replaces the older one:
/// the last events matter most. Adding an event never waits for the disk.
/// <code>
///   events.old.jsonl   events.jsonl
/// </code>
/// </summary>
internal sealed class EventLog : IAsyncDisposable
{
    // Of lines that wait for the disk, in bytes.
    private const int MaxWaiting = 1 << 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly string folder;
    private readonly long maxFileBytes;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource closing = new();
    private readonly Task writing;
    private readonly ArrayBufferWriter<byte> line = new();
    private ArrayBufferWriter<byte> waiting = new();
    private long next;
    private long dropped;

    private EventLog(string folder, long maxBytes, long first, TimeProvider time)
    {
        this.folder = folder;
        maxFileBytes = maxBytes / 2;
        next = first;
        this.time = time;
        writing = WriteAsync();
    }

    /// <summary>
    /// Opens the log of a session, and goes on where an earlier one has stopped. Throws <see cref="IOException"/> or
    /// <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    /// <param name="folder">An existing folder that the browser cannot read.</param>
    /// <param name="maxBytes">Maximum size of both files together.</param>
    /// <param name="time">The clock.</param>
    public static EventLog Open(string folder, long maxBytes, TimeProvider time)
    {
        var path = Path.Combine(folder, RecordingNames.Events);
        var lines = File.Exists(path) ? File.ReadAllLines(path) : [];
        return new(folder, maxBytes, lines.Reverse().Select(NumberOf).FirstOrDefault(number => number is not null) + 1 ?? 0, time);
    }

    /// <summary>Adds an event. When too many wait for the disk, it is dropped, and a later event says how many were.</summary>
    /// <param name="type">What happened, such as <c>request</c>.</param>
    /// <param name="fields">Writes the other fields.</param>
    public void Add(string type, Action<Utf8JsonWriter> fields)
    {
        lock (gate)
        {
            if (waiting.WrittenCount <= MaxWaiting)
                AddNeedsLock(type, fields);
            else
                dropped++;
        }
    }

    /// <summary>Writes what waits, and closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await writing;
        closing.Dispose();
    }

    private void AddNeedsLock(string type, Action<Utf8JsonWriter> fields)
    {
        // A whole line or none: what the browser sent may lack a field.
        line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteNumber("n"u8, next);
            json.WriteNumber("at"u8, time.GetUtcNow().ToUnixTimeMilliseconds());
            json.WriteString("type"u8, type);
            fields(json);
            json.WriteEndObject();
        }

        next++;
        waiting.Write(line.WrittenSpan);
        waiting.Write("\n"u8);
    }

    private async Task WriteAsync()
    {
        var current = Path.Combine(folder, RecordingNames.Events);
        for (var isLast = false; !isLast;)
        {
            await Task.Delay(Pause, time, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            isLast = closing.IsCancellationRequested;
            ArrayBufferWriter<byte> lines;
            lock (gate)
            {
                if (dropped > 0)
                    AddNeedsLock("dropped", json => json.WriteNumber("count"u8, dropped));
                dropped = 0;
                if (waiting.WrittenCount == 0)
                    continue;
                (lines, waiting) = (waiting, new());
            }

            try
            {
                if (File.Exists(current) && new FileInfo(current).Length + lines.WrittenCount > maxFileBytes)
                    File.Move(current, Path.Combine(folder, RecordingNames.OldEvents), overwrite: true);
                await using var file = new FileStream(
                    current,
                    new FileStreamOptions
                    {
                        Mode = FileMode.Append,
                        Access = FileAccess.Write,
                        BufferSize = 0,
                        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                    });
                await file.WriteAsync(lines.WrittenMemory);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The disk is full, or the folder is gone. The session goes on without these events.
                lock (gate)
                    dropped += lines.WrittenSpan.Count((byte)'\n');
            }
        }
    }

    // Null for a line that was cut off.
    private static long? NumberOf(string line)
    {
        try
        {
            return JsonElement.Parse(line).GetProperty("n").GetInt64();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
