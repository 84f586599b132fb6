using System.Text;
using Steelyard.Events;
using Steelyard.Http;
using Steelyard.Pool;
using Steelyard.Sessions;
using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Dialects.Operator;

/// <summary>The calls of operators and probes: lists, numbers, health, and stopping a worker.</summary>
internal sealed class OperatorDialect(
    SessionRegistry sessions,
    WorkerPool pool,
    NodeEvents events,
    BrowserIsolation isolation,
    WorkerMemory memory,
    Options options) : IDialect
{
    private static readonly byte[] Ok = Encoding.ASCII.GetBytes("ok");

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sessions", ListSessionsAsync).WithSummary("The live sessions").Reads();
        routes.MapGet(
            "/status",
            context => context.Response.WriteAsJsonAsync(StatusReply.From(pool.Status()), OperatorJson.Default.StatusReply))
            .WithSummary("Workers and queue in numbers")
            .Reads();
        routes.MapGet("/workers", ListWorkersAsync).WithSummary("The workers").Reads();
        routes.MapDelete("/workers/{id}", StopWorkerAsync).WithSummary("Stop a worker");
        routes.MapGet("/health", HealthAsync).WithSummary("ok while the node runs").Reads();
        routes.MapGet("/readyz", ReadyAsync).WithSummary("Whether the node can take sessions, and why not").Reads();
    }

    private Task ListSessionsAsync(HttpContext context)
    {
        var entries = Views(context.Caller()).ConvertAll(SessionEntry.From);
        return context.Response.WriteAsJsonAsync(new(entries), OperatorJson.Default.SessionListReply);
    }

    private async Task ListWorkersAsync(HttpContext context)
    {
        var workers = pool.Workers();
        var sessionOf = Views(context.Caller())
            .Where(view => view.Worker is not null)
            .ToLookup(view => view.Worker!, view => view.Id.ToString());
        var used = await memory.ReadAsync();
        var entries = workers.ConvertAll(worker => new WorkerEntry(
            worker.Id,
            worker.Pid,
            context.Caller().IsOperator ? worker.Port : null,
            Name(worker.State),
            sessionOf[worker].FirstOrDefault(),
            worker.Restarts,
            worker.PreviousExit,
            used.GetValueOrDefault(worker.Id).OwnBytes));
        await context.Response.WriteAsJsonAsync(new(entries), OperatorJson.Default.WorkerListReply);
    }

    // Sessions begin and end while they are read. Those that have ended by the time all are read are left out: otherwise two of them could
    // name the same worker.
    private List<SessionView> Views(Caller caller)
    {
        var seen = sessions.Live
            .Where(session => caller.Sees(session.Request.Holder))
            .Select(session => (Session: session, View: session.View()))
            .ToList();
        return [.. seen.Where(pair => pair.Session.EndReason is null && !pair.Session.IsOver()).Select(pair => pair.View)];
    }

    private Task StopWorkerAsync(HttpContext context)
    {
        var id = (string?)context.Request.RouteValues["id"];
        if (pool.Workers().Find(worker => worker.Id == id) is not { } worker)
            return Problem.WriteAsync(
                context,
                StatusCodes.Status404NotFound,
                "There is no worker with this id, or it has exited. GET /workers lists the workers.",
                "not_found");
        if (!MayStop(context.Caller(), worker))
            return Problem.WriteAsync(
                context,
                StatusCodes.Status403Forbidden,
                "This worker does not serve a session of yours: only an operator's key may stop it.");
        pool.Stop(worker, StopReason.Operator);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private bool MayStop(Caller caller, Worker worker) => caller.IsOperator || Views(caller).Exists(view => view.Worker == worker);

    private static async Task HealthAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = Ok.Length;
        await context.Response.Body.WriteAsync(Ok);
    }

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
        return context.Response.WriteAsJsonAsync(
            new(
                reasons.Count == 0,
                isNobody ? [] : reasons,
                isNobody ? null : isolation.Latest,
                isNobody ? null : events.Dropped),
            OperatorJson.Default.ReadyReply);
    }

    private static string LastExit(PoolStatus status) => status.LastExit is { } exit ? $"The last one ended with: {exit}." : "";

    private static string Name(WorkerState state) => state switch
    {
        WorkerState.Starting => "starting",
        WorkerState.Ready => "ready",
        WorkerState.Leased => "leased",
        WorkerState.Stopping => "stopping",
        _ => "exited",
    };
}
