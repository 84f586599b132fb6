using System.Text;
using Steelyard.Events;
using Steelyard.Http;
using Steelyard.Pool;
using Steelyard.Sessions;
using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Dialects.Operator;

/// <summary>The calls of operators and probes: the sessions, numbers and health of the node.</summary>
internal sealed class OperatorDialect(
    SessionRegistry sessions,
    SessionHistory history,
    WorkerPool pool,
    NodeEvents events,
    BrowserIsolation isolation,
    Options options,
    TimeProvider time) : IDialect
{
    private static readonly byte[] Ok = Encoding.ASCII.GetBytes("ok");

    private readonly long started = time.GetTimestamp();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sessions", ListSessionsAsync).WithSummary("The live sessions").Reads();
        routes.MapGet("/status", StatusAsync).WithSummary("The node, its workers and its queue in numbers").Reads();
        routes.MapGet("/health", HealthAsync).WithSummary("ok while the node runs").Reads();
        routes.MapGet("/readyz", ReadyAsync).WithSummary("Whether the node can take sessions, and why not").Reads();
    }

    private Task ListSessionsAsync(HttpContext context)
    {
        var entries = SessionViews.Of(sessions, context.Caller()).ConvertAll(SessionEntry.From);
        return context.Response.WriteAsJsonAsync(new(entries), OperatorJson.Default.SessionListReply);
    }

    private Task StatusAsync(HttpContext context) => context.Response.WriteShortJsonAsync(
        StatusReply.From(pool.Status(), time.GetElapsedTime(started), history.Store?.Lost), OperatorJson.Default.StatusReply);

    private static Task HealthAsync(HttpContext context) => context.Response.WriteWholeAsync("text/plain", Ok);

    private Task ReadyAsync(HttpContext context)
    {
        var status = pool.Status();
        var reasons = new List<string>();
        if (pool.Closing.IsCancellationRequested)
            reasons.Add("This node is shutting down or draining: it takes no new sessions.");
        if (status.Ready + status.Leased == 0 && status.Slots + options.Warm > 0)
            reasons.Add($"No worker is ready; {status.Starting} are starting. {LastExit(status)}");
        if (status.AreStartsFailing)
            reasons.Add($"Workers fail at their start, {status.StartFailures} times in a row: one is tried at a time. {LastExit(status)}");
        if (status.IsThrashing)
            reasons.Add($"Workers fail again and again: {status.Parked} of {status.Slots} slots are parked. {LastExit(status)}");
        if (status.Queued >= status.QueueLimit)
            reasons.Add($"The queue is full: {status.Queued} creates wait.");
        context.Response.StatusCode = reasons.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        var isNobody = context.Caller() == Caller.Nobody;
        return context.Response.WriteShortJsonAsync(
            new(
                reasons.Count == 0,
                isNobody ? [] : reasons,
                isNobody ? null : isolation.Latest,
                isNobody ? null : events.Dropped,
                isNobody ? null : history.Store?.Lost),
            OperatorJson.Default.ReadyReply);
    }

    private static string LastExit(PoolStatus status) => status.LastExit is { } exit ? $"The last one ended with: {exit}." : "";
}
