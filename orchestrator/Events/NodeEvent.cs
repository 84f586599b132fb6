using System.Globalization;
using Steelyard.History;

namespace Steelyard.Events;

/// <summary>A fact about this node. It carries ids and values only, so that every subscriber can keep it.</summary>
public abstract record NodeEvent;

/// <summary>A fact about one session.</summary>
/// <param name="Session">The session's public id.</param>
/// <param name="Holder">Name of the key that created it; null on a node without keys.</param>
public abstract record SessionEvent(Guid Session, string? Holder) : NodeEvent;

/// <summary>A create has made a session.</summary>
/// <param name="Worker">Where it lives.</param>
/// <param name="Waited">Time from its request until it had a worker.</param>
/// <param name="IsRecorded">What it does is recorded.</param>
public sealed record SessionCreated(Guid Session, string? Holder, WorkerName Worker, TimeSpan Waited, bool IsRecorded)
    : SessionEvent(Session, Holder);

/// <summary>The session was live under an earlier orchestrator, and its worker still has it.</summary>
/// <param name="IsRecorded">What it does is recorded.</param>
public sealed record SessionAdopted(Guid Session, string? Holder, WorkerName Worker, bool IsRecorded) : SessionEvent(Session, Holder);

/// <summary>A client's WebSocket is connected to the session's browser or live view.</summary>
/// <param name="IsViewer">It is a live view.</param>
public sealed record ClientAttached(Guid Session, string? Holder, bool IsViewer = false) : SessionEvent(Session, Holder);

/// <param name="Why">Who ended the connection, for people.</param>
public sealed record ClientDetached(Guid Session, string? Holder, string Why) : SessionEvent(Session, Holder);

/// <summary>A page has opened a dialog, and waits until a client closes it.</summary>
/// <param name="Text">Its kind, such as alert, and what it says.</param>
public sealed record DialogOpened(Guid Session, string? Holder, string Text) : SessionEvent(Session, Holder);

/// <summary>A page's dialog is closed.</summary>
public sealed record DialogClosed(Guid Session, string? Holder) : SessionEvent(Session, Holder);

/// <summary>A session that had lost its worker lives on another one.</summary>
/// <param name="Loss">How it had lost the worker before, for people.</param>
public sealed record SessionRestored(Guid Session, string? Holder, WorkerName Worker, string Loss) : SessionEvent(Session, Holder);

/// <param name="Worker">Where it lived; null when it waited for a worker.</param>
/// <param name="Reason">deleted, expired, worker_lost or drained.</param>
/// <param name="Detail">Who or what ended it, for people.</param>
/// <param name="Cause">Why its worker was lost, for programs; null when that is unknown, or there is another reason.</param>
/// <param name="Age">Time since it was created.</param>
/// <param name="Row">The session as the history on disk keeps it; null on a node without one.</param>
public sealed record SessionEnded(
    Guid Session, string? Holder, WorkerName? Worker, string Reason, string Detail, string? Cause, TimeSpan Age, HistoryRow? Row)
    : SessionEvent(Session, Holder);

/// <summary>The recording of a session that has ended was deleted.</summary>
/// <param name="By">Who did it, for people.</param>
public sealed record RecordingDeleted(Guid Session, string? Holder, string By) : SessionEvent(Session, Holder);

/// <summary>Another node of the cluster is a member, and answers.</summary>
/// <param name="Node">Its name.</param>
public sealed record PeerJoined(string Node) : NodeEvent;

/// <summary>Another node has left the cluster, or the others have declared it dead.</summary>
/// <param name="Node">Its name.</param>
public sealed record PeerLost(string Node) : NodeEvent;

/// <summary>An operator drains this node.</summary>
/// <param name="By">Who, for people.</param>
public sealed record NodeDrainAsked(string By) : NodeEvent;

/// <summary>This node has lost the right to its sessions: it was cut off from its cluster for too long, or was declared dead.</summary>
/// <param name="Why">What happened, for people.</param>
public sealed record NodeCutOff(string Why) : NodeEvent;

/// <summary>A worker process was spawned.</summary>
public sealed record WorkerStarted(WorkerName Worker) : NodeEvent;

/// <summary>A worker that was starting can take a session.</summary>
/// <param name="After">Time since it was spawned, or adopted.</param>
public sealed record WorkerReady(WorkerName Worker, TimeSpan After) : NodeEvent;

/// <summary>Somebody has asked the node to stop a worker.</summary>
/// <param name="By">Who, for people.</param>
public sealed record WorkerStopAsked(WorkerName Worker, string By) : NodeEvent;

/// <summary>The node stops a worker.</summary>
/// <param name="Reason">The name of a <c>StopReason</c>.</param>
public sealed record WorkerStopping(WorkerName Worker, string Reason) : NodeEvent;

/// <summary>A worker process has exited.</summary>
/// <param name="Exit">How, for people.</param>
/// <param name="StopReason">Why the node had stopped it; null when it died by itself.</param>
/// <param name="Cause">The same for programs: <c>crashed</c>, <c>retired</c>, <c>shutdown</c>, or a cause of a lost session.</param>
/// <param name="LastWords">If it died by itself, the last lines of its log, or why they cannot be read.</param>
public sealed record WorkerExited(WorkerName Worker, string Exit, string? StopReason, string Cause, string? LastWords) : NodeEvent;

/// <summary>A slot has failed too often, and starts no worker for a while.</summary>
/// <param name="LastExit">How its last worker ended, for people.</param>
public sealed record SlotParked(TimeSpan Delay, string? LastExit) : NodeEvent;

/// <summary>Workers fail at their start, so that they start one at a time.</summary>
/// <param name="Exit">How the last one ended, for people.</param>
public sealed record StartsFailed(string Exit) : NodeEvent;

/// <summary>A worker works again after <see cref="StartsFailed"/>.</summary>
public sealed record StartsSucceeded(WorkerName Worker) : NodeEvent;

/// <summary>The browsers of the workers use the same debugging port, so that only few of them run side by side.</summary>
/// <param name="Port">The port.</param>
/// <param name="MaxWorkers">How many workers are started now.</param>
/// <param name="Asked">The value of <c>--max-workers</c>.</param>
public sealed record BrowserPortIsFixed(int Port, int MaxWorkers, int Asked) : NodeEvent;

/// <summary>A create, or a session that is restored, waits in line for a worker.</summary>
/// <param name="Length">Number of those that wait, with this one.</param>
public sealed record QueueGrew(int Length) : NodeEvent;

/// <summary>A create, or a session that was to be restored, got no worker.</summary>
/// <param name="Why">As its client is told.</param>
/// <param name="Cause">
/// For programs: <c>queue_full</c>, <c>queue_timeout</c>, <c>starts_fail</c>, <c>shutdown</c> or <c>quota</c>.
/// </param>
public sealed record CreateRefused(string Why, string Cause) : NodeEvent;

/// <summary>Names a worker in events and in the log.</summary>
/// <param name="Id">Unique in the run directory.</param>
/// <param name="Pid">Its process.</param>
/// <param name="Port">Its TCP port.</param>
public readonly record struct WorkerName(string Id, int Pid, int Port)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"worker {Id} (pid {Pid}, port {Port})");
}
