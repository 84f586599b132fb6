using System.Text.Json.Serialization;
using Steelyard.Http;
using Steelyard.Pool;
using Steelyard.Processes;
using Steelyard.Sessions;

namespace Steelyard.Dialects.Browserless;

/// <summary>The HTTP calls of browserless: read how busy the node is, and end sessions.</summary>
public sealed class BrowserlessDialect(SessionRegistry sessions, WorkerPool pool, TimeProvider time) : IDialect
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/pressure", context => context.Response.WriteShortJsonAsync(new(Measure()), PressureJson.Default.PressureReply))
            .Reads();
        routes.MapGet("/active", ActiveAsync).Reads();
        routes.MapGet("/kill/{id}", KillAsync).Changes();
    }

    private Pressure Measure()
    {
        var status = pool.Status();
        var (cpu, memory) = MachineLoad.Read();
        var reason = status.IsAvailable ? "" : "full";
        return new(
            cpu,
            time.GetUtcNow().ToUnixTimeMilliseconds(),
            status.IsAvailable,
            status.Max,
            status.QueueLimit,
            memory,
            Message(status),
            status.Queued,
            reason,
            status.RecentlyRefused,
            status.Leased);
    }

    private static string Message(PoolStatus status) =>
        status.IsAvailable ? ""
            : status.AreStartsFailing ? $"Workers fail at their start, the last one with: {status.LastExit}."
            : "All workers are busy.";

    private static Task ActiveAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private Task KillAsync(HttpContext context)
    {
        var id = (string?)context.Request.RouteValues["id"];
        var caller = context.Caller();
        var killed = sessions.Live
            .Where(session => id == "all"
                ? session.Request.Holder == caller.Name
                : caller.Sees(session.Request.Holder) && IsNamed(session, id))
            .Count(session => sessions.End(session, EndReason.Deleted, $"killed {caller.By(session.Request.Holder)}"));
        if (killed == 0 && id != "all")
            return Problem.SessionNotFoundAsync(context, null);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static bool IsNamed(Session session, string? id) =>
        session.Id.ToString() == id || (session.Request.Metadata.TryGetValue("trackingId", out var tracking) && tracking == id);
}

/// <param name="Cpu">The load average in percent of all cores; over 100 when processes wait for a core.</param>
/// <param name="Date">The time of the measurement, in milliseconds since 1970.</param>
/// <param name="Memory">Percent of the machine's memory in use.</param>
/// <param name="Reason"><c>full</c>, or empty.</param>
/// <param name="RecentlyRejected">Creates refused in the last minute because the node was full.</param>
public sealed record Pressure(
    int Cpu,
    long Date,
    bool IsAvailable,
    int MaxConcurrent,
    int MaxQueued,
    int Memory,
    string Message,
    int Queued,
    string Reason,
    int RecentlyRejected,
    int Running);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PressureReply))]
internal sealed partial class PressureJson : JsonSerializerContext;

internal sealed record PressureReply(Pressure Pressure);
