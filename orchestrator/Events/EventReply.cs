using System.Text.Json.Serialization;
using Steelyard.Contract;

namespace Steelyard.Events;

/// <summary><c>GET /events</c>: a page of the node's events.</summary>
/// <param name="Events">In the order in which they happened.</param>
/// <param name="Next">Value of <c>after</c> for the next page.</param>
/// <param name="Missed">Events before the first one that are no longer kept.</param>
public sealed record EventListReply(IReadOnlyList<EventReply> Events, string Next, long Missed);

/// <summary>An event of the node. Fields that an event of this type does not have are absent.</summary>
/// <param name="Id">Its place in the stream: the run of the node and a number.</param>
/// <param name="At">See <see cref="IsoTime"/>.</param>
/// <param name="Type">
/// session.created, session.adopted, session.attached, session.detached, session.dialog_opened, session.dialog_closed,
/// session.restored, session.ended, session.recording_deleted, worker.started, worker.ready, worker.stop_asked, worker.stopping,
/// worker.exited, slot.parked, starts.failed, starts.succeeded, browser_port.fixed, create.refused, node.joined, node.lost,
/// node.drain_asked or node.cut_off.
/// </param>
/// <param name="Key">Name of the key whose session it is.</param>
/// <param name="Reason">For session.ended: deleted, expired, worker_lost or drained. For worker.stopping: why.</param>
/// <param name="Cause">Why a session was lost, a worker has exited or a create was refused; for programs.</param>
/// <param name="Detail">For people.</param>
/// <param name="Seconds">
/// The age of a session that ended, the wait of a create, the start of a worker, or the pause of a slot.
/// </param>
public sealed record EventReply(
    string Id,
    string At,
    string Type,
    string? Session = null,
    string? Worker = null,
    string? Key = null,
    string? Reason = null,
    string? Cause = null,
    string? Detail = null,
    double? Seconds = null)
{
    /// <param name="run">See <see cref="EventRing.Run"/>.</param>
    /// <param name="dated">The event.</param>
    public static EventReply From(string run, DatedEvent dated)
    {
        var about = dated.Event as SessionEvent;
        var reply = new EventReply(
            $"{run}-{dated.Number}", IsoTime.Of(dated.At), "", about?.Session.ToString(), Key: about?.Holder);
        return dated.Event switch
        {
            SessionCreated e => reply with { Type = "session.created", Worker = e.Worker.Id, Seconds = Of(e.Waited) },
            SessionAdopted e => reply with { Type = "session.adopted", Worker = e.Worker.Id },
            ClientAttached e => reply with { Type = "session.attached", Detail = e.IsViewer ? "a live view" : null },
            ClientDetached e => reply with { Type = "session.detached", Detail = e.Why },
            DialogOpened e => reply with { Type = "session.dialog_opened", Detail = e.Text },
            DialogClosed => reply with { Type = "session.dialog_closed" },
            SessionRestored e => reply with { Type = "session.restored", Worker = e.Worker.Id, Detail = e.Loss },
            SessionEnded e => reply with
            {
                Type = "session.ended",
                Worker = e.Worker?.Id,
                Reason = e.Reason,
                Cause = e.Cause,
                Detail = e.Detail,
                Seconds = Of(e.Age),
            },
            RecordingDeleted e => reply with { Type = "session.recording_deleted", Detail = e.By },
            WorkerStarted e => reply with { Type = "worker.started", Worker = e.Worker.Id },
            WorkerReady e => reply with { Type = "worker.ready", Worker = e.Worker.Id, Seconds = Of(e.After) },
            WorkerStopAsked e => reply with { Type = "worker.stop_asked", Worker = e.Worker.Id, Detail = e.By },
            WorkerStopping e => reply with { Type = "worker.stopping", Worker = e.Worker.Id, Reason = e.Reason },
            WorkerExited e => reply with { Type = "worker.exited", Worker = e.Worker.Id, Cause = e.Cause, Detail = e.Exit },
            SlotParked e => reply with { Type = "slot.parked", Detail = e.LastExit, Seconds = Of(e.Delay) },
            StartsFailed e => reply with { Type = "starts.failed", Detail = e.Exit },
            StartsSucceeded e => reply with { Type = "starts.succeeded", Worker = e.Worker.Id },
            BrowserPortIsFixed e => reply with
            {
                Type = "browser_port.fixed",
                Detail = $"port {e.Port}: {e.MaxWorkers} of {e.Asked} workers can run",
            },
            PeerJoined e => reply with { Type = "node.joined", Detail = e.Node },
            PeerLost e => reply with { Type = "node.lost", Detail = e.Node },
            NodeDrainAsked e => reply with { Type = "node.drain_asked", Detail = e.By },
            NodeCutOff e => reply with { Type = "node.cut_off", Detail = e.Why },
            CreateRefused e => reply with { Type = "create.refused", Cause = e.Cause, Detail = e.Why },
            var other => throw new InvalidOperationException($"{other.GetType().Name} has no name for clients"),
        };
    }

    private static double Of(TimeSpan span) => Math.Round(span.TotalSeconds, 3);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EventListReply))]
internal sealed partial class EventJson : JsonSerializerContext;
