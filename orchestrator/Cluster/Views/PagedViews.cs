using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Steelyard.Http;

namespace Steelyard.Cluster.Views;

/// <summary>
/// Lists of ended sessions over all nodes, page by page. Each node gives a whole page after the same place, and says of each entry which
/// place it has; the first of them all are the page. So a page is stable however the sessions are spread over the nodes.
/// </summary>
internal sealed class PagedViews(PartCollector collector)
{
    private const string Place = "place";

    public async Task HistoryAsync(HttpContext context, Func<HttpContext, Parts, JsonNode, Task> tell)
    {
        var parts = await collector.AskAsync(context);
        if (Refusal(parts) is { } refused)
        {
            await RefuseAsync(context, refused);
            return;
        }

        var (page, next) = Merge(parts, "history", Limit(context, 100), isMore: parts.Answers.Any(part => part.Body?["next"] is not null));
        var body = new JsonObject { ["history"] = page };
        if (next is not null)
            body["next"] = next;
        await tell(context, parts, body);
    }

    /// <summary>In the list of steel-sdk, the place is the id of the last session: first find out where that stands.</summary>
    public async Task SteelAsync(HttpContext context, Func<HttpContext, Parts, JsonNode, Task> tell)
    {
        var parts = await collector.AskAsync(context);
        if (Refusal(parts) is { } refused)
        {
            await RefuseAsync(context, refused);
            return;
        }

        if (context.Request.Query["cursorId"] is [{ Length: > 0 }])
        {
            if (parts.Answers.Select(part => (string?)part.Body?["cursorPlace"]).FirstOrDefault(at => at is not null) is not { } after)
            {
                await tell(
                    context,
                    parts,
                    new JsonObject { ["sessions"] = new JsonArray(), ["nextCursor"] = null, ["totalCount"] = Total(parts) });
                return;
            }

            var query = context.Request.Query.Where(pair => pair.Key != "cursorId")
                .SelectMany(pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value)));
            parts = await collector.AskAsync(context, QueryHelpers.AddQueryString(context.Request.Path, query.Append(new("after", after))));
        }

        var (page, next) = Merge(
            parts, "sessions", Limit(context, 50), isMore: parts.Answers.Any(part => part.Body?["nextCursor"] is not null));
        var cursor = next is null ? null : (string?)page[^1]!["id"];
        await tell(context, parts, new JsonObject { ["sessions"] = page, ["nextCursor"] = cursor, ["totalCount"] = Total(parts) });
    }

    private static int Total(Parts parts) => parts.Answers.Sum(part => (int?)part.Body?["totalCount"] ?? 0);

    // The newest first. A place is the time in ticks and the id: see HistoryDialect.
    private static (JsonArray Page, string? Next) Merge(Parts parts, string list, int limit, bool isMore)
    {
        var entries = parts.Entries(list)
            .Select(each => (Entry: WorkerAddress.Qualify(each.Entry, "worker_id", each.Node), Place: Take(each.Entry)))
            .OrderByDescending(each => each.Place.Ticks).ThenBy(each => each.Place.Id, StringComparer.Ordinal).ToList();
        var page = entries.Take(limit).ToList();
        var next = page.Count > 0 && (isMore || entries.Count > limit) ? $"{page[^1].Place.Ticks}_{page[^1].Place.Id}" : null;
        return (new([.. page.Select(each => each.Entry)]), next);
    }

    private static (long Ticks, string Id) Take(JsonNode entry)
    {
        var parts = ((string?)entry[Place] ?? "0_").Split('_', 2);
        entry.AsObject().Remove(Place);
        return (long.Parse(parts[0], CultureInfo.InvariantCulture), parts[1]);
    }

    private static int Limit(HttpContext context, int otherwise) =>
        int.TryParse(context.Request.Query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : otherwise;

    // A query that one node refuses, all refuse.
    private static Part? Refusal(Parts parts) =>
        parts.Answers.FirstOrDefault(part => part.Status is >= 400 and < 500 and not StatusCodes.Status404NotFound);

    private static Task RefuseAsync(HttpContext context, Part refused)
    {
        context.Response.StatusCode = refused.Status;
        return context.Response.WriteWholeAsync(
            "application/problem+json", System.Text.Encoding.UTF8.GetBytes(refused.Body?.ToJsonString() ?? ""));
    }
}
