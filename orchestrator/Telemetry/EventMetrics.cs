using System.Diagnostics.Metrics;
using Steelyard.Events;

namespace Steelyard.Telemetry;

/// <summary>
/// Counts and times what happens on this node. The names follow OpenTelemetry's conventions for connection pools
/// (<c>db.client.connection.*</c>).
/// While nobody collects metrics, an event costs a comparison.
/// </summary>
internal sealed class EventMetrics(Meter meter) : INodeSubscriber
{
    private readonly Histogram<double> createTime = meter.CreateHistogram(
        "steelyard.worker.create_time", "s", "Time from the spawn of a worker until it is ready", advice: Buckets(0.01, 60));
    private readonly Counter<long> exited = meter.CreateCounter<long>(
        "steelyard.worker.exited", "{worker}", "Workers that have exited, by cause");
    private readonly Histogram<double> waitTime = meter.CreateHistogram(
        "steelyard.session.wait_time", "s", "Time from a create until it had a worker", advice: Buckets(0.001, 60));
    private readonly Histogram<double> useTime = meter.CreateHistogram(
        "steelyard.session.use_time", "s", "Time from the create of a session to its end", advice: Buckets(1, 86_400));
    private readonly Counter<long> ended = meter.CreateCounter<long>(
        "steelyard.session.ended", "{session}", "Sessions that have ended, by reason");
    private readonly Counter<long> rejected = meter.CreateCounter<long>(
        "steelyard.queue.rejected", "{request}", "Creates that got no worker, by cause");

    public string Name => "metrics";

    public long? Dropped => null;

    public void Take(NodeEvent e)
    {
        switch (e)
        {
            case SessionCreated s:
                waitTime.Record(s.Waited.TotalSeconds);
                break;
            case SessionEnded s:
                ended.Add(1, new KeyValuePair<string, object?>("reason", s.Reason));
                useTime.Record(s.Age.TotalSeconds);
                break;
            case WorkerReady w:
                createTime.Record(w.After.TotalSeconds);
                break;
            case WorkerExited w:
                exited.Add(1, new KeyValuePair<string, object?>("cause", w.Cause));
                break;
            case CreateRefused r:
                rejected.Add(1, new KeyValuePair<string, object?>("cause", r.Cause));
                break;
        }
    }

    /// <summary>Boundaries in seconds from the least to the most, each about twice the one before: 1, 2, 5, 10, …</summary>
    internal static InstrumentAdvice<double> Buckets(double least, double most)
    {
        var boundaries = new List<double>();
        for (var unit = least; unit <= most; unit *= 10)
            boundaries.AddRange(new[] { unit, 2 * unit, 5 * unit }.Where(boundary => boundary <= most));
        return new() { HistogramBucketBoundaries = [.. boundaries.Select(boundary => Math.Round(boundary, 6))] };
    }
}
