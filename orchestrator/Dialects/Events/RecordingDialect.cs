using System.Buffers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Steelyard.Events;
using Steelyard.Http;
using Steelyard.Recordings;
using Steelyard.Sessions;

namespace Steelyard.Dialects.Events;

/// <summary>The recording of a session: a page of JSON or a stream, its pictures, and its deletion.</summary>
internal sealed class RecordingDialect(
    SessionRecordings recordings, RecordingStore store, EventStreams streams, NodeEvents events, TimeProvider time) : IDialect
{
    private const int PageSize = 1000;

    // Shorter than the period in which recordings are written.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sessions/{id}/events", GetAsync).Reads();
        routes.MapGet("/sessions/{id}/frames/{part}/{name}", FrameAsync).Reads();
        routes.MapDelete("/sessions/{id}/events", DeleteAsync);
    }

    private async Task GetAsync(HttpContext context)
    {
        if (await FindAsync(context) is not { } session)
            return;
        var reader = new RecordingReader(EventStreams.Place(context.Request));
        if (EventStreams.IsAsked(context.Request))
            await streams.WriteAsync<RecordedEvent>(context, over => FollowAsync(session.Id, reader, over), Write);
        else
            await WritePageAsync(context.Response, reader.Read(recordings.PartsOf(session.Id), PageSize), reader.Place);
    }

    // Ends when the session has ended and all its events are sent.
    private async IAsyncEnumerable<SseItem<RecordedEvent?>> FollowAsync(
        SessionId id, RecordingReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var (last, isLast) = (time.GetTimestamp(), false); ;)
        {
            var isOver = recordings.IsOver(id);
            var events = reader.Read(recordings.PartsOf(id), PageSize);
            foreach (var e in events)
                yield return new(e, e.Type) { EventId = e.Place };
            if (events.Count > 0)
                (last, isLast) = (time.GetTimestamp(), false);
            else if (isLast)
                yield break;
            else
                isLast = isOver; // One look more: its end is written a moment after it.
            if (time.GetElapsedTime(last) > EventStreams.Beat)
            {
                last = time.GetTimestamp();
                yield return new(null, "beat");
            }

            await Task.Delay(isOver ? 4 * Pause : Pause, time, cancellationToken);
        }
    }

    private async Task FrameAsync(HttpContext context)
    {
        if (await FindAsync(context) is not { } session)
            return;
        var (part, name) = ((string?)context.Request.RouteValues["part"], (string?)context.Request.RouteValues["name"]);
        if (recordings.PartsOf(session.Id).FirstOrDefault(each => each.Name == part)?.OpenFrame(name ?? "") is not { } picture)
        {
            await Problem.WriteAsync(context, StatusCodes.Status404NotFound, "There is no such picture of this session.", "not_found");
            return;
        }

        context.Response.ContentType = "image/jpeg";
        context.Response.Headers.CacheControl = "private, max-age=3600";
        context.Response.Headers.XContentTypeOptions = "nosniff"; // A page has drawn it.
        await using (picture)
            await picture.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        if (await FindAsync(context) is not { } session)
            return;
        if (!recordings.IsOver(session.Id))
        {
            await Problem.WriteAsync(
                context, StatusCodes.Status409Conflict, "The session is live and still recorded. End it first (DELETE /sessions/ID).");
            return;
        }

        store.Delete(session.Id.ToString());
        events.Publish(new RecordingDeleted(session.Id.Value, session.Holder, context.Caller().By(session.Holder)));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    // Null when there is no such session for this caller: it has been answered then.
    private async Task<RecordedSession?> FindAsync(HttpContext context)
    {
        await Task.Yield(); // Files are read next, and this may be a thread that serves sockets.
        var session = await recordings.FindAsync((string?)context.Request.RouteValues["id"], context.Caller());
        if (session is null)
            await Problem.SessionNotFoundAsync(context, null);
        return session;
    }

    private static async Task WritePageAsync(HttpResponse response, IReadOnlyList<RecordedEvent> events, string next)
    {
        response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        json.WriteStartArray("events");
        foreach (var e in events)
            e.WriteTo(json);
        json.WriteEndArray();
        json.WriteString("next", next);
        json.WriteEndObject();
    }

    private static void Write(RecordedEvent e, IBufferWriter<byte> buffer)
    {
        using var json = new Utf8JsonWriter(buffer);
        e.WriteTo(json);
    }
}
