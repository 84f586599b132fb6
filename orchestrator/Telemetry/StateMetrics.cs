using System.Diagnostics.Metrics;
using Steelyard.Cdp;
using Steelyard.Pool;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Telemetry;

/// <summary>What the node holds at the moment when metrics are collected, and whether its books agree.</summary>
internal sealed class StateMetrics
{
    /// <param name="meter">The node's meter.</param>
    /// <param name="pool">The workers and the queue.</param>
    /// <param name="sessions">The live sessions.</param>
    /// <param name="clients">The bytes of clients.</param>
    /// <param name="options">The limits.</param>
    public StateMetrics(Meter meter, WorkerPool pool, SessionRegistry sessions, AttachedClients clients, Options options)
    {
        meter.CreateObservableUpDownCounter("steelyard.worker.count", () => Workers(pool.Status()), "{worker}", "Workers, by state");
        meter.CreateObservableUpDownCounter("steelyard.worker.max", () => pool.Status().Max, "{worker}", "Workers that may run");
        meter.CreateObservableUpDownCounter("steelyard.session.count", () => sessions.Live.Count(), "{session}", "Live sessions");
        meter.CreateObservableUpDownCounter(
            "steelyard.session.pending_requests", () => pool.Status().Queued, "{request}", "Creates that wait for a worker");
        meter.CreateObservableUpDownCounter(
            "steelyard.session.pending_requests.max", () => options.QueueLimit, "{request}", "Creates that may wait for a worker");
        meter.CreateObservableUpDownCounter(
            "steelyard.cdp.attached",
            () => clients.Count,
            "{client}",
            "WebSockets of clients that are connected to a session's browser or live view");
        meter.CreateObservableCounter("steelyard.cdp.bytes", () => Bytes(clients), "By", "Bytes between clients and browsers");
        meter.CreateObservableUpDownCounter(
            "steelyard.invariant",
            () => Invariants(pool),
            "1",
            "The same number counted in two ways: more than a moment apart means a defect");
    }

    private static IEnumerable<Measurement<long>> Workers(PoolStatus status) =>
    [
        new(status.Ready, Tag("state", "ready")),
        new(status.Leased, Tag("state", "leased")),
        new(status.Starting, Tag("state", "starting")),
        new(status.Stopping, Tag("state", "stopping")),
        new(status.Parked, Tag("state", "parked")),
    ];

    private static IEnumerable<Measurement<long>> Bytes(AttachedClients clients) =>
    [
        new(clients.ToBrowsers, Tag("direction", "to_browser")),
        new(clients.ToClients, Tag("direction", "to_client")),
    ];

    // Slots that are listed and slots that are counted by state; workers that are listed and workers whose process runs.
    private static IEnumerable<Measurement<long>> Invariants(WorkerPool pool)
    {
        var status = pool.Status();
        var workers = pool.Workers();
        return
        [
            new(status.Slots, Tag("of", "slots"), Tag("by", "list")),
            new(status.Ready + status.Leased + status.Starting + status.Stopping + status.Parked, Tag("of", "slots"), Tag("by", "state")),
            new(workers.Count, Tag("of", "workers"), Tag("by", "list")),
            new(workers.Count(worker => worker.Process.Identity.Exists), Tag("of", "workers"), Tag("by", "process")),
        ];
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
