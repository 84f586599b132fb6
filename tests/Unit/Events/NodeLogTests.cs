using Microsoft.Extensions.Logging;
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
        new(new SessionCreated(Session, Worker, null), $"Session {Session} created on worker w7 (pid 4711, port 20001)"),
        new(new SessionCreated(Session, Worker, "team"), $"Session {Session} created on worker w7 (pid 4711, port 20001) for team"),
        new(new ClientAttached(Session), $"Session {Session}: a client attached"),
        new(new ClientDetached(Session), $"Session {Session}: a client detached"),
        new(
            new SessionRestored(Session, Worker, "died"),
            $"Session {Session} restored on worker w7 (pid 4711, port 20001): the worker before died"),
        new(new SessionEnded(Session, Worker, "deleted", "by its client", null, null), $"Session {Session} ended: deleted (by its client)"),
        new(
            new SessionEnded(Session, Worker, "worker_lost", "died: exit 7", "crashed", null),
            $"Session {Session} ended: worker_lost (worker w7 (pid 4711, port 20001): died: exit 7)"),
        new(
            new SessionEnded(Session, null, "worker_lost", "not restored", null, null),
            $"Session {Session} ended: worker_lost (not restored)"),
        new(new WorkerStopping(Worker, "Hung"), "Stopping worker w7 (pid 4711, port 20001): Hung"),
        new(new WorkerExited(Worker, "exit 7", null, "Its words."), "worker w7 (pid 4711, port 20001) died by itself: exit 7. Its words."),
        new(new WorkerExited(Worker, "exit 0", "Shutdown", null), null),
        new(new SlotParked(TimeSpan.FromSeconds(20), "exit 7"), "A slot failed too often and is parked for 20.0 s; last exit: exit 7"),
        new(
            new StartsFailed("exit 7"),
            "Workers fail at their start, the last one with: exit 7. They start one at a time, with growing delays, until one works"),
        new(new StartsSucceeded(Worker), "Workers start again: worker w7 (pid 4711, port 20001) works"),
        new(new QueueGrew(3), null),
    ];

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Each_event_has_its_line_or_none(NodeEvent e, string? line)
    {
        await using (var log = new NodeLog(lines, TimeProvider.System))
            new NodeEvents([log]).Publish(e);
        Assert.Equal(line is null ? [] : [line], lines.Lines);
    }

    [Fact]
    public async Task A_log_that_nobody_reads_blocks_nobody_and_what_it_drops_is_counted()
    {
        using var stuck = new StuckLogger();
        var log = new NodeLog(stuck, new FakeTimeProvider());
        var events = new NodeEvents([log]);
        for (var i = 0; i < 10_000; i++)
            events.Publish(new ClientAttached(Session));
        Assert.InRange(events.Dropped["log"], 5_000, 6_000);
        stuck.Release();
        await log.DisposeAsync();
        Assert.Contains(stuck.Said, line => line.StartsWith("The log is too slow: ", StringComparison.Ordinal));
    }

    private sealed class StuckLogger : ILogger<NodeLog>, IDisposable
    {
        private readonly ManualResetEventSlim released = new();

        public List<string> Said { get; } = [];

        public void Release() => released.Set();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            released.Wait();
            Said.Add(formatter(state, exception));
        }

        public void Dispose() => released.Dispose();
    }
}
