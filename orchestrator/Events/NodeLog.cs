namespace Steelyard.Events;

/// <summary>
/// Writes events to the log. The console has a bounded queue of its own: when nobody reads it, lines are dropped, and the console says how
/// many.
/// </summary>
public sealed class NodeLog(ILogger<NodeLog> logger, TimeProvider time) : INodeSubscriber
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private long? said; // When refusals were last logged.
    private int refused;

    public string Name => "log";

    public long? Dropped => null;

    public void Take(NodeEvent e)
    {
        switch (e)
        {
            case SessionCreated s:
                logger.LogInformation(
                    "Session {Id} created on {Worker}{For}", s.Session, s.Worker, s.Holder is null ? "" : $" for {s.Holder}");
                break;
            case SessionAdopted s:
                logger.LogInformation("Took over session {Id} on {Worker}", s.Session, s.Worker);
                break;
            case ClientAttached s:
                logger.LogInformation("Session {Id}: a client attached", s.Session);
                break;
            case ClientDetached s:
                logger.LogInformation("Session {Id}: a client detached: {Why}", s.Session, s.Why);
                break;
            case SessionRestored s:
                logger.LogWarning("Session {Id} restored on {Worker}: the worker before {Loss}", s.Session, s.Worker, s.Loss);
                break;
            case SessionEnded s:
                var where = s is { Reason: "worker_lost", Worker: { } lost } ? $"{lost}: " : "";
                logger.LogInformation("Session {Id} ended: {Reason} ({Where}{Detail})", s.Session, s.Reason, where, s.Detail);
                break;
            case RecordingDeleted s:
                logger.LogInformation("The recording of session {Id} is deleted {By}", s.Session, s.By);
                break;
            default:
                TakeOfWorkers(e);
                break;
        }
    }

    private void TakeOfWorkers(NodeEvent e)
    {
        switch (e)
        {
            case WorkerStopAsked w:
                logger.LogInformation("A stop of {Worker} is asked {By}", w.Worker, w.By);
                break;
            case WorkerStopping w:
                logger.LogInformation("Stopping {Worker}: {Reason}", w.Worker, w.Reason);
                break;
            case WorkerExited { StopReason: null } w:
                logger.LogWarning("{Worker} died by itself: {Exit}. {LastWords}", w.Worker, w.Exit, w.LastWords);
                break;
            case SlotParked p:
                logger.LogWarning(
                    "A slot failed too often and is parked for {Delay:0.0} s; last exit: {Exit}", p.Delay.TotalSeconds, p.LastExit);
                break;
            case CreateRefused r:
                TakeRefusal(r.Why);
                break;
            case StartsFailed f:
                logger.LogError(
                    "Workers fail at their start, the last one with: {Exit}. They start one at a time, with growing delays, until one " +
                    "works",
                    f.Exit);
                break;
            case BrowserPortIsFixed b:
                logger.LogWarning(
                    "The browsers of these workers all use debugging port {Port}, so only {Max} workers run side by side instead of " +
                    "{Asked} (--max-workers). To run more, give each a network of its own, such as a container",
                    b.Port,
                    b.MaxWorkers,
                    b.Asked);
                break;
            case StartsSucceeded s:
                logger.LogInformation("Workers start again: {Worker} works", s.Worker);
                break;
            default:
                TakeOfNodes(e);
                break;
        }
    }

    private void TakeOfNodes(NodeEvent e)
    {
        switch (e)
        {
            case PeerJoined n:
                logger.LogInformation("Node {Node} is here", n.Node);
                break;
            case PeerLost n:
                logger.LogWarning("Node {Node} is no member any more", n.Node);
                break;
            case NodeDrainAsked n:
                logger.LogInformation("A drain of this node is asked {By}", n.By);
                break;
            case NodeCutOff n:
                logger.LogError("This node gives up its sessions: {Why}", n.Why);
                break;
        }
    }

    // A node that is full refuses thousands of creates in a minute: the first is logged at once, the others together.
    private void TakeRefusal(string why)
    {
        int count;
        lock (gate)
        {
            refused++;
            if (said is { } last && time.GetElapsedTime(last) < Quiet)
                return;
            (count, refused, said) = (refused, 0, time.GetTimestamp());
        }

        logger.LogWarning("{Count} creates were refused since the last such line, the last one because: {Why}", count, why);
    }
}
