using System.Text;
using Steelyard.Cluster;
using Steelyard.Events;
using Steelyard.Http;
using Steelyard.Pool;
using Steelyard.Sessions;
using Steelyard.Workers;

namespace Steelyard.Dialects.Operator;

/// <summary>The calls of operators and probes: the numbers and the health of the node.</summary>
internal sealed class OperatorDialect(
    NodeStateReader state,
    SessionHistory history,
    WorkerPool pool,
    ClusterQueue queue,
    NodeEvents events,
    BrowserIsolation isolation,
    Uptime uptime) : IDialect
{
    private static readonly byte[] Ok = Encoding.ASCII.GetBytes("ok");

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/status", StatusAsync).Reads();
        routes.MapGet("/health", HealthAsync).Reads();
        routes.MapGet("/readyz", ReadyAsync).Reads();
    }

    private Task StatusAsync(HttpContext context) => context.Response.WriteShortJsonAsync(
        StatusReply.From(pool.Status(), queue.Waiting, uptime.Elapsed, history.Store?.Lost),
        OperatorJson.Default.StatusReply);

    private static Task HealthAsync(HttpContext context) => context.Response.WriteWholeAsync("text/plain", Ok);

    private Task ReadyAsync(HttpContext context)
    {
        var problems = Readiness.Problems(state.Read(context.Caller()));
        var fatal = problems.FindAll(problem => problem.IsFatal);
        context.Response.StatusCode = fatal.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        var isNobody = context.Caller() == Caller.Nobody;
        return context.Response.WriteShortJsonAsync(
            new(
                fatal.Count == 0,
                isNobody ? [] : fatal.ConvertAll(problem => problem.What),
                isNobody ? [] : problems,
                isNobody ? null : isolation.Latest,
                isNobody ? null : events.Dropped,
                isNobody ? null : history.Store?.Lost),
            OperatorJson.Default.ReadyReply);
    }
}
