using System.Text;
using Steelyard.Contract;
using Steelyard.Events;
using Steelyard.Http;
using Steelyard.Pool;
using Steelyard.Processes;
using Steelyard.Sessions;
using Steelyard.Workers;

namespace Steelyard.Dialects.Operator;

/// <summary>Lists the workers, and stops one.</summary>
internal sealed class WorkersDialect(
    SessionRegistry sessions, WorkerPool pool, WorkerUsage usage, LastExits exits, NodeEvents events, TimeProvider time) : IDialect
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/workers", ListWorkersAsync).Reads();
        routes.MapGet("/workers/{id}/log", LogAsync).Reads();
        routes.MapDelete("/workers/{id}", StopWorkerAsync);
    }

    private async Task ListWorkersAsync(HttpContext context)
    {
        var workers = pool.Workers();
        var sessionOf = SessionViews.Of(sessions, context.Caller())
            .Where(view => view.Worker is not null)
            .ToLookup(view => view.Worker!, view => view.Id.ToString());
        var used = await usage.ReadAsync();
        var boot = ProcessIdentity.BootedAt(time.GetUtcNow());
        var entries = workers.ConvertAll(worker => new WorkerEntry(
            worker.Id,
            worker.Pid,
            context.Caller().IsOperator ? worker.Port : null,
            Name(worker.State),
            sessionOf[worker].FirstOrDefault(),
            worker.Restarts,
            worker.PreviousExit,
            used.GetValueOrDefault(worker.Id).Memory.OwnBytes,
            Math.Round(used.GetValueOrDefault(worker.Id).Processor.TotalSeconds, 2),
            IsoTime.Of(worker.Process.Identity.StartedAt(boot))));
        List<ExitedEntry> exited = [.. exits.Newest.Select(exit => ExitedEntry.From(exit, context.Caller().IsOperator))];
        await context.Response.WriteAsJsonAsync(new(entries, exited), OperatorJson.Default.WorkerListReply);
    }

    private async Task LogAsync(HttpContext context)
    {
        await Task.Yield(); // A file is read, and this may be a thread that serves sockets.
        if (Find(context) is not { } worker)
            await NotFoundAsync(context);
        else if (!context.Caller().IsOperator)
            await Problem.WriteAsync(
                context,
                StatusCodes.Status403Forbidden,
                "A worker's log can tell of the sessions of others: only an operator's key may read it.");
        else
            await context.Response.WriteWholeAsync("text/plain; charset=utf-8", Encoding.UTF8.GetBytes(worker.Directory.Log.Tail()));
    }

    private Worker? Find(HttpContext context) => pool.Workers().Find(worker => worker.Id == (string?)context.Request.RouteValues["id"]);

    private static Task NotFoundAsync(HttpContext context) => Problem.WriteAsync(
        context,
        StatusCodes.Status404NotFound,
        "There is no worker with this id, or it has exited. GET /workers lists the workers.",
        "not_found");

    private Task StopWorkerAsync(HttpContext context)
    {
        if (Find(context) is not { } worker)
            return NotFoundAsync(context);
        if (!MayStop(context.Caller(), worker))
            return Problem.WriteAsync(
                context,
                StatusCodes.Status403Forbidden,
                "This worker does not serve a session of yours: only an operator's key may stop it.");
        events.Publish(new WorkerStopAsked(worker.Name, context.Caller() is { IsOperator: true, Name: { } name }
            ? $"by the operator's key {name}"
            : "by a client"));
        pool.Stop(worker, StopReason.Operator);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private bool MayStop(Caller caller, Worker worker) =>
        caller.IsOperator || SessionViews.Of(sessions, caller).Exists(view => view.Worker == worker);

    private static string Name(WorkerState state) => state switch
    {
        WorkerState.Starting => "starting",
        WorkerState.Ready => "ready",
        WorkerState.Leased => "leased",
        WorkerState.Stopping => "stopping",
        _ => "exited",
    };
}
