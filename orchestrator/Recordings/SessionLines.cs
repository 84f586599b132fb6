using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;
using Steelyard.Events;

namespace Steelyard.Recordings;

/// <summary>
/// The node's part of recordings: what the node knows of each session that is recorded, such as its clients, their dialogs, and its end.
/// </summary>
internal sealed class SessionLines(RecordingStore store, TimeProvider time, ILogger<SessionLines> logger) : INodeSubscriber
{
    private const int MaxWaiting = 8192;

    private readonly Channel<DatedEvent> waiting =
        Channel.CreateBounded<DatedEvent>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    private long dropped;
    private long last;

    public string Name => "recordings";

    public long? Dropped => Volatile.Read(ref dropped);

    public void Take(NodeEvent e)
    {
        if (e is SessionEvent && !waiting.Writer.TryWrite(new(0, time.GetUtcNow(), e)))
            Interlocked.Increment(ref dropped);
    }

    /// <summary>Writes what waits. Call it from one thread at a time. A line that cannot be written counts as dropped.</summary>
    public void Write()
    {
        string? problem = null;
        while (waiting.Reader.TryRead(out var dated))
        {
            try
            {
                Write(dated);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Interlocked.Increment(ref dropped);
                problem = e.Message;
            }
        }

        if (problem is not null)
            logger.LogWarning("Recordings lack what the node knows of their sessions: {Reason}", problem);
    }

    private void Write(DatedEvent dated)
    {
        var e = EventReply.From("", dated);
        if (dated.Event is SessionCreated { IsRecorded: true } or SessionAdopted { IsRecorded: true })
            store.Begin(e.Session!, e.Key);
        store.Append(e.Session!, Line(e, dated.At), always: dated.Event is SessionEnded or SessionRestored);
        if (dated.Event is SessionEnded)
            store.Close(e.Session!);
    }

    private ReadOnlySpan<byte> Line(EventReply e, DateTimeOffset at)
    {
        // Numbers must grow over restarts of the node, so they are microseconds.
        last = Math.Max(last + 1, at.ToUnixTimeMilliseconds() * 1000);
        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteNumber("n"u8, last);
            json.WriteNumber("at"u8, at.ToUnixTimeMilliseconds());
            json.WriteString("type"u8, e.Type);
            foreach (var (name, text) in new[] { ("worker", e.Worker), ("reason", e.Reason), ("cause", e.Cause), ("detail", e.Detail) })
            {
                if (text is not null)
                    json.WriteString(name, text);
            }

            if (e.Seconds is { } seconds)
                json.WriteNumber("seconds"u8, seconds);
            json.WriteEndObject();
        }

        line.Write("\n"u8);
        return line.WrittenSpan;
    }
}
