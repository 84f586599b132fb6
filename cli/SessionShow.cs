using System.Text.Json;
using Steelyard.Client;

namespace Steelyard.Cli;

/// <summary><c>steelyard sessions show</c>: a session, and the last that was recorded of it.</summary>
internal static class SessionShow
{
    private const int Shown = 20;

    // More than a recording can have. A session that lives has always something new.
    private const int MostPages = 60;

    public static async Task<int> RunAsync(NodeCall call)
    {
        var id = SessionCommands.IdOf(call);
        var end = await call.Api.EndOfAsync(id);
        var live = end is null ? (await call.Api.SessionsAsync(call.Stop)).Sessions.FirstOrDefault(session => session.Id == id) : null;
        if (end is null && live is null)
            throw new NodeException($"No session {id}: it never was, or it is forgotten, or it belongs to another key.") { Status = 404 };
        var events = await LastAsync(call, id);
        if (call.Out.IsJson)
            Output.Line(JsonSerializer.Serialize(new { live, end, events }, NodeApi.Json));
        else
            Show(call, live, end, events);
        return 0;
    }

    private static void Show(NodeCall call, LiveSession? live, EndedSession? end, IReadOnlyList<JsonElement> events)
    {
        if (live is not null)
        {
            call.Out.Facts(
            [
                ("id", live.Id),
                ("state", live.WorkerId is null ? "being restored" : $"live on {live.WorkerId}"),
                ("created", At(live.CreatedAt)),
                ("ends in", Words.Span(TimeSpan.FromSeconds(live.RemainingSeconds))),
                ("key", live.Key),
                ("live view", live.LiveView is null ? null : new Uri(call.Url, live.LiveView).ToString()),
            ]);
        }

        if (end is not null)
        {
            var (why, remedy) = Words.End(end);
            call.Out.Facts(
            [
                ("id", end.Id),
                ("state", $"ended: {end.Cause ?? end.Reason}"),
                ("why", why),
                ("what to do", remedy),
                ("detail", end.Detail),
                ("created", At(end.CreatedAt)),
                ("ended", $"{At(end.EndedAt)}, after {Words.Span(end.EndedAt - end.CreatedAt)}"),
                ("worker", end.WorkerId),
                ("key", end.Holder),
            ]);
        }

        if (events.Count == 0)
            return;
        Output.Line("");
        call.Out.Table(["AT", "WHAT", ""], events.Select(e => new[] { Text(e, "at"), Text(e, "type"), Rest(e) }));
    }

    private static async Task<IReadOnlyList<JsonElement>> LastAsync(NodeCall call, string id)
    {
        Queue<JsonElement> last = [];
        string? place = null;
        for (var pages = 0; pages < MostPages; pages++)
        {
            var page = await call.Api.RecordingAsync(id, place, call.Stop);
            foreach (var e in page.Events)
            {
                last.Enqueue(e);
                if (last.Count > Shown)
                    last.Dequeue();
            }

            if (page.Events.Count == 0 || page.Next == place)
                break;
            place = page.Next;
        }

        return [.. last];
    }

    private static string At(DateTimeOffset time) => $"{time.ToLocalTime():yyyy-MM-dd HH:mm:ss}";

    private static string Text(JsonElement e, string name) => e.TryGetProperty(name, out var value) ? value.ToString() : "";

    // What it tells apart from what has a column.
    private static string Rest(JsonElement e) => string.Join(' ', e.EnumerateObject()
        .Where(field => field.Name is not ("at" or "type" or "id" or "part" or "request" or "target"))
        .Select(field => $"{field.Name}={field.Value}"));
}
