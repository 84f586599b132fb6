using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Steelyard.Events;
using Steelyard.Http;
using Steelyard.Sessions;

namespace Steelyard.Dialects.Events;

/// <summary>
/// What happens on the node: a page of JSON, or a stream of server-sent events for callers that accept <c>text/event-stream</c>. A caller
/// sees the events of its own sessions, an operator all.
/// </summary>
internal sealed class EventsDialect(EventRing ring, EventStreams streams, TimeProvider time) : IDialect
{
    private const int PageSize = 500;

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/events", GetAsync).Reads();

    private async Task GetAsync(HttpContext context)
    {
        await Task.Yield(); // Kestrel may have called this on a thread that serves sockets.
        var from = Number(EventStreams.Place(context.Request));
        if (EventStreams.IsAsked(context.Request))
        {
            await streams.WriteAsync<EventReply>(context, over => FollowAsync(from, context.Caller(), over), Write);
            return;
        }

        var (events, missed) = ring.Read(from, PageSize);
        await context.Response.WriteAsJsonAsync(
            new(Visible(events, context.Caller()), $"{ring.Run}-{After(from, events) - 1}", missed), EventJson.Default.EventListReply);
    }

    private async IAsyncEnumerable<SseItem<EventReply?>> FollowAsync(
        long from, Caller caller, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var last = time.GetTimestamp(); ;)
        {
            var (events, missed) = ring.Read(from, PageSize);
            if (missed > 0)
                yield return new(new EventReply("", "", "missed", Detail: $"{missed} events are no longer kept"), "missed");
            foreach (var reply in Visible(events, caller))
            {
                last = time.GetTimestamp();
                yield return new(reply, reply.Type) { EventId = reply.Id };
            }

            // The events of others do not reach this client, and keep no connection open.
            from = After(from, events);
            var left = EventStreams.Beat - time.GetElapsedTime(last);
            if (left > TimeSpan.Zero && (events.Count > 0 || await HasNewsAsync(from, left, cancellationToken)))
                continue;
            last = time.GetTimestamp();
            yield return new(null, "beat");
        }
    }

    private async Task<bool> HasNewsAsync(long from, TimeSpan within, CancellationToken cancellationToken)
    {
        try
        {
            await ring.WhenAsync(from).WaitAsync(within, time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private List<EventReply> Visible(IReadOnlyList<DatedEvent> events, Caller caller) =>
        [.. events.Select(dated => EventReply.From(ring.Run, dated)).Where(reply => caller.IsOperator || IsOwn(reply, caller))];

    private static bool IsOwn(EventReply reply, Caller caller) => reply.Session is not null && caller.Sees(reply.Key);

    private long After(long from, IReadOnlyList<DatedEvent> events) =>
        events.Count == 0 ? Math.Min(from, ring.Next) : events[^1].Number + 1;

    // A place of an earlier run, or none, is the start: all events that are kept.
    private long Number(string? place) =>
        place?.Split('-') is [var run, var number] && run == ring.Run && long.TryParse(number, out var last) && last >= -1 ? last + 1 : 0;

    private static void Write(EventReply reply, System.Buffers.IBufferWriter<byte> buffer)
    {
        using var json = new Utf8JsonWriter(buffer);
        JsonSerializer.Serialize(json, reply, EventJson.Default.EventReply);
    }
}
