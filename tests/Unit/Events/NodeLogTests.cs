using Microsoft.Extensions.Time.Testing;
using Steelyard.Events;

namespace Steelyard.Tests.Unit.Events;

public sealed class NodeLogTests
{
    private static readonly Guid Session = Guid.Parse("00003fdf-120f-8f1e-80d0-1138bdb7b35a");
    private static readonly WorkerName Worker = new("w7", 4711, 20001);
    private readonly ListLogger<NodeLog> lines = new();

    public static IEnumerable<TheoryDataRow<NodeEvent, string?>> Lines =>
    [
        new(
            new SessionCreated(Session, null, Worker, TimeSpan.Zero, false),
            $"Session {Session} created on worker w7 (pid 4711, port 20001)"),
        new(
            new SessionCreated(Session, "team", Worker, TimeSpan.Zero, false),
            $"Session {Session} created on worker w7 (pid 4711, port 20001) for team"),
        new(new SessionAdopted(Session, null, Worker, true), $"Took over session {Session} on worker w7 (pid 4711, port 20001)"),
        new(new ClientAttached(Session, null), $"Session {Session}: a client attached"),
        new(new ClientDetached(Session, null, "the client left"), $"Session {Session}: a client detached: the client left"),
        new(
            new SessionRestored(Session, null, Worker, "died"),
            $"Session {Session} restored on worker w7 (pid 4711, port 20001): the worker before died"),
        new(
            new SessionEnded(Session, null, Worker, "deleted", "by its client", null, TimeSpan.Zero, null),
            $"Session {Session} ended: deleted (by its client)"),
        new(
            new SessionEnded(Session, null, Worker, "worker_lost", "died: exit 7", "crashed", TimeSpan.Zero, null),
            $"Session {Session} ended: worker_lost (worker w7 (pid 4711, port 20001): died: exit 7)"),
        new(
            new SessionEnded(Session, null, null, "worker_lost", "not restored", null, TimeSpan.Zero, null),
            $"Session {Session} ended: worker_lost (not restored)"),
        new(new WorkerStopping(Worker, "Hung"), "Stopping worker w7 (pid 4711, port 20001): Hung"),
        new(
            new WorkerExited(Worker, "exit 7", null, "crashed", "Its words."),
            "worker w7 (pid 4711, port 20001) died by itself: exit 7. Its words."),
        new(new WorkerExited(Worker, "exit 0", "Shutdown", "shutdown", null), null),
        new(new SlotParked(TimeSpan.FromSeconds(20), "exit 7"), "A slot failed too often and is parked for 20.0 s; last exit: exit 7"),
        new(
            new StartsFailed("exit 7"),
            "Workers fail at their start, the last one with: exit 7. They start one at a time, with growing delays, until one works"),
        new(
            new BrowserPortIsFixed(9222, 2, 8),
            "The browsers of these workers all use debugging port 9222, so only 2 workers run side by side instead of 8 (--max-workers). " +
                "To run more, give each a network of its own, such as a container"),
        new(new StartsSucceeded(Worker), "Workers start again: worker w7 (pid 4711, port 20001) works"),
        new(
            new CreateRefused("it is full.", "queue_full"),
            "1 creates were refused since the last such line, the last one because: it is full."),
        new(new QueueGrew(3), null),
    ];

    [Theory]
    [MemberData(nameof(Lines))]
    public void Each_event_has_its_line_or_none(NodeEvent e, string? line)
    {
        new NodeEvents([new NodeLog(lines, TimeProvider.System)]).Publish(e);
        Assert.Equal(line is null ? [] : [line], lines.Lines);
    }

    [Fact]
    public void A_burst_of_refusals_takes_one_line_at_once_and_one_after_ten_seconds()
    {
        var time = new FakeTimeProvider();
        var log = new NodeLog(lines, time);
        for (var i = 0; i < 1000; i++)
            log.Take(new CreateRefused("full.", "queue_full"));
        Assert.Single(lines.Lines);
        time.Advance(TimeSpan.FromSeconds(10));
        log.Take(new CreateRefused("full.", "queue_full"));
        Assert.Equal("1000 creates were refused since the last such line, the last one because: full.", lines.Lines[^1]);
    }
}
