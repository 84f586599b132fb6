using System.Threading.Channels;

namespace Steelyard.Events;

/// <summary>
/// Writes events to the log, in the background: a log that nobody reads, such as a full pipe, must not stop sessions. When its queue is
/// full, it drops events and says so.
/// </summary>
public sealed class NodeLog : INodeSubscriber, IAsyncDisposable
{
    private const int MaxWaiting = 4096;
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(1);

    private readonly Channel<NodeEvent> waiting;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource closing = new();
    private readonly Task writing;
    private long dropped;

    public NodeLog(ILogger<NodeLog> logger, TimeProvider time)
    {
        this.logger = logger;
        this.time = time;
        waiting = Channel.CreateBounded<NodeEvent>(
            new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true },
            _ => Interlocked.Increment(ref dropped));
        writing = Task.Run(WriteAllAsync);
    }

    public string Name => "log";

    public long Dropped => Volatile.Read(ref dropped);

    public void Take(NodeEvent e) => waiting.Writer.TryWrite(e);

    /// <summary>Writes what waits, within one second.</summary>
    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await closing.CancelAsync();
        await writing.WaitAsync(ClosingTime, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WriteAllAsync()
    {
        var told = 0L;
        while (await waiting.Reader.WaitToReadAsync())
        {
            // Waking up for each event would cost a create more than all else that the node does for it.
            await Task.Delay(Gathering, time, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (waiting.Reader.TryRead(out var e))
                Write(e);
            if (Dropped is var now && now > told)
                logger.LogWarning("The log is too slow: {Count} entries are missing since the start", told = now);
        }
    }

    private void Write(NodeEvent e)
    {
        switch (e)
        {
            case SessionCreated s:
                logger.LogInformation(
                    "Session {Id} created on {Worker}{For}", s.Session, s.Worker, s.Holder is null ? "" : $" for {s.Holder}");
                break;
            case ClientAttached s:
                logger.LogInformation("Session {Id}: a client attached", s.Session);
                break;
            case ClientDetached s:
                logger.LogInformation("Session {Id}: a client detached", s.Session);
                break;
            case SessionRestored s:
                logger.LogWarning("Session {Id} restored on {Worker}: the worker before {Loss}", s.Session, s.Worker, s.Loss);
                break;
            case SessionEnded s:
                var where = s is { Reason: "worker_lost", Worker: { } lost } ? $"{lost}: " : "";
                logger.LogInformation("Session {Id} ended: {Reason} ({Where}{Detail})", s.Session, s.Reason, where, s.Detail);
                break;
            default:
                WriteOfWorkers(e);
                break;
        }
    }

    private void WriteOfWorkers(NodeEvent e)
    {
        switch (e)
        {
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
            case StartsFailed f:
                logger.LogError(
                    "Workers fail at their start, the last one with: {Exit}. They start one at a time, with growing delays, until one " +
                    "works",
                    f.Exit);
                break;
            case StartsSucceeded s:
                logger.LogInformation("Workers start again: {Worker} works", s.Worker);
                break;
        }
    }
}
