using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Steelyard.Http;

namespace Steelyard.Cluster.Views;

/// <summary>
/// Answers for all nodes what each node answers for itself: the lists of sessions, workers and ended sessions, and the calls that end many
/// sessions. When a node does not answer in time, the answer is a part of the whole, and says so: in the header <c>Steelyard-Missing</c>,
/// and in objects as <c>missing_nodes</c>.
/// </summary>
internal sealed class MergedViews(RequestDelegate next, PartCollector collector, PagedViews pages)
{
    private const string MissingHeader = "Steelyard-Missing";

    public Task InvokeAsync(HttpContext context)
    {
        if (context.IsFromPeer()
            || context.Features.Get<NodeViews.OneNode>() is not null
            || Upgrade.IsAsked(context.Request)
            || context.GetEndpoint() is not RouteEndpoint { RoutePattern.RawText: { } pattern })
            return next(context);
        return (context.Request.Method, pattern) switch
        {
            ("GET", "/sessions") => SessionsAsync(context),
            ("GET", "/workers") => WorkersAsync(context),
            ("GET", "/status") => StatusAsync(context),
            ("GET", "/history") => pages.HistoryAsync(context, Tell),
            ("GET", "/v1/sessions") => pages.SteelAsync(context, Tell),
            ("POST", "/v1/sessions/release") => ReleaseAsync(context),
            ("GET", "/kill/{id}") => KillAsync(context),
            ("GET" or "PUT", "/json" or "/json/list") when !context.Request.Query.ContainsKey("sessionId") => TargetsAsync(context),
            _ => next(context),
        };
    }

    /// <summary>Writes an answer that is made of parts.</summary>
    internal static async Task Tell(HttpContext context, Parts parts, JsonNode body)
    {
        if (parts.Missing.Count > 0)
        {
            context.Response.Headers[MissingHeader] = string.Join(',', parts.Missing);
            if (body is JsonObject whole)
                whole["missing_nodes"] = new JsonArray([.. parts.Missing.Select(name => JsonValue.Create(name))]);
        }

        await context.Response.WriteWholeAsync("application/json; charset=utf-8", JsonSerializer.SerializeToUtf8Bytes(body));
    }

    private async Task SessionsAsync(HttpContext context)
    {
        var parts = await collector.AskAsync(context);
        var entries = parts.Entries("sessions")
            .Select(each => WorkerAddress.Qualify(each.Entry, "worker_id", each.Node))
            .OrderBy(entry => (string?)entry["created_at"], StringComparer.Ordinal)
            .ThenBy(entry => (string?)entry["id"], StringComparer.Ordinal);
        await Tell(context, parts, new JsonObject { ["sessions"] = new JsonArray([.. entries]) });
    }

    private async Task WorkersAsync(HttpContext context)
    {
        var parts = await collector.AskAsync(context);
        await Tell(context, parts, new JsonObject { ["workers"] = Named("workers"), ["exited"] = Named("exited") });

        JsonArray Named(string list) => new(
        [
            .. parts.Entries(list).OrderBy(each => each.Node, StringComparer.Ordinal).Select(each =>
            {
                each.Entry["node"] = each.Node;
                return WorkerAddress.Qualify(each.Entry, "id", each.Node);
            }),
        ]);
    }

    // A create can be taken if any node can take it. What is not a number of workers or creates is this node's own.
    private async Task StatusAsync(HttpContext context)
    {
        var parts = await collector.AskAsync(context);
        var nodes = parts.Answers.Select(part => part.Body).OfType<JsonObject>().ToList();
        if (nodes.LastOrDefault()?.DeepClone() is not JsonObject whole)
        {
            await next(context);
            return;
        }

        whole["available"] = nodes.Exists(node => (bool?)node["available"] == true);
        foreach (var name in whole["workers"]!.AsObject().Select(pair => pair.Key).ToList())
            whole["workers"]![name] = nodes.Sum(node => (int?)node["workers"]?[name] ?? 0);
        whole["queue"]!["length"] = nodes.Sum(node => (int?)node["queue"]?["length"] ?? 0);
        whole["queue"]!["oldest_seconds"] = nodes.Max(node => (double?)node["queue"]?["oldest_seconds"]);
        await Tell(context, parts, whole);
    }

    private async Task ReleaseAsync(HttpContext context)
    {
        var parts = await collector.AskAsync(context);
        var released = parts.Answers.Sum(part => Number((string?)part.Body?["message"]));
        await Tell(context, parts, new JsonObject { ["success"] = true, ["message"] = $"{released} sessions released" });

        static int Number(string? text) =>
            int.TryParse(text?.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    private async Task KillAsync(HttpContext context)
    {
        var parts = await collector.AskAsync(context);
        if (parts.Answers.Any(part => part.Status == StatusCodes.Status204NoContent))
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        else if (parts.Missing.Count > 0)
            await Problem.UnavailableAsync(
                context, $"Nodes do not answer: {string.Join(", ", parts.Missing)}. Retry.", TimeSpan.FromSeconds(1));
        else
            await Problem.SessionNotFoundAsync(context, null);
    }

    private async Task TargetsAsync(HttpContext context)
    {
        var parts = await collector.AskAsync(context);
        var targets = parts.Entries("").ConvertAll(each => each.Entry);

        // Each node that has nothing to show offers a page that becomes a session.
        var open = targets.FindAll(target => (string?)target["id"] != NewSessionPage.Id);
        var shown = open.Count > 0 ? open : targets.Take(1);
        await Tell(context, parts, new JsonArray([.. shown]));
    }
}
