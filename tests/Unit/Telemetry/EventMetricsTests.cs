using System.Diagnostics.Metrics;
using Steelyard.Events;
using Steelyard.Telemetry;

namespace Steelyard.Tests.Unit.Telemetry;

public sealed class EventMetricsTests : IDisposable
{
    private static readonly Guid Session = Guid.NewGuid();
    private static readonly WorkerName Worker = new("w7", 4711, 20001);

    private readonly Meter meter = new("test");
    private readonly MeterListener listener = new();
    private readonly List<string> seen = [];

    public EventMetricsTests()
    {
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter == meter)
                listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
    }

    public static IEnumerable<TheoryDataRow<NodeEvent, string[]>> Events =>
    [
        new(new SessionCreated(Session, "key", Worker, TimeSpan.FromSeconds(2), true), ["steelyard.session.wait_time 2 "]),
        new(
            new SessionEnded(Session, "key", Worker, "worker_lost", "it died", "crashed", TimeSpan.FromMinutes(1), null),
            ["steelyard.session.ended 1 reason=worker_lost", "steelyard.session.use_time 60 "]),
        new(new WorkerReady(Worker, TimeSpan.FromSeconds(0.5)), ["steelyard.worker.create_time 0.5 "]),
        new(new WorkerExited(Worker, "signal 9", null, "crashed", null), ["steelyard.worker.exited 1 cause=crashed"]),
        new(new CreateRefused("full", "queue_full"), ["steelyard.queue.rejected 1 cause=queue_full"]),
        new(new QueueGrew(3), []),
    ];

    public void Dispose()
    {
        listener.Dispose();
        meter.Dispose();
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void Each_event_is_counted_without_ids_of_sessions_or_keys(NodeEvent e, string[] measurements)
    {
        new EventMetrics(meter).Take(e);
        Assert.Equal(measurements, seen);
    }

    [Fact]
    public void Buckets_double_from_the_least_to_the_most() =>
        Assert.Equal([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2], EventMetrics.Buckets(0.01, 3).HistogramBucketBoundaries);

    private void Note<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}");
        seen.Add(FormattableString.Invariant($"{instrument.Name} {value} {string.Join(' ', labels)}"));
    }
}
