using System.Text;
using System.Text.Json.Nodes;
using Steelyard.WorkerHttp;

namespace Steelyard.Tests.Simulation;

/// <summary>What a worker that is well answers: it holds one session, and needs a moment after each.</summary>
internal sealed class SimulatedApi(SimulatedMachine machine)
{
    private (string Id, string Tag, string Body)? session;
    private bool isPreparing;
    private int sessions;

    /// <param name="process">The worker.</param>
    /// <param name="request">What it is asked.</param>
    public SimulatedReply Answer(SimulatedProcess process, WorkerRequest request) => (request.Method, request.Path) switch
    {
        ("GET", "/health") => new(200, "ok"),
        ("GET", "/status") => new(
            200,
            $$"""{"available":{{(session is null && !isPreparing ? "true" : "false")}},""" +
            $"\"session_id\":{(session is { } held ? $"\"{held.Id}\"" : "null")}}}"),
        ("POST", "/sessions") => Create(process, request.Body.Span),
        (var method, var path) when path == $"/sessions/{session?.Id}" =>
            method == "DELETE" ? Delete(process) : new(200, session!.Value.Body),
        _ => new(404, "{}"),
    };

    private SimulatedReply Create(SimulatedProcess process, ReadOnlySpan<byte> body)
    {
        var wanted = JsonNode.Parse(Encoding.UTF8.GetString(body))!;
        var tag = (string)wanted["tag"]!;
        machine.World.Check(
            session is null || process.HasFailed, $"I1: {process} was asked for {tag} while it holds {session?.Tag}");
        if (wanted["refuse"] is not null)
            return new(400, "{}");
        machine.Serves(process, tag);
        var id = $"{process.Identity.Pid}-{++sessions}";
        session = (id, tag, $$"""{"id":"{{id}}","created_at":1,"tag":"{{tag}}"}""");
        machine.World.Note($"{process} holds {tag}");
        return new(201, session.Value.Body);
    }

    private SimulatedReply Delete(SimulatedProcess process)
    {
        machine.World.Note($"{process} has let go of {session?.Tag}");
        session = null;
        isPreparing = true;
        machine.After(machine.Between(0, 0.2), () => isPreparing = false);
        return new(204, "");
    }
}
