using Steelyard.Async;
using Steelyard.Contract;
using Steelyard.Http;
using Steelyard.Pool;

namespace Steelyard.Dialects.Operator;

/// <summary>The last hour of this node, a point for every ten seconds, for people who look at it without a database of metrics.</summary>
internal sealed class NodeSeries(WorkerPool pool, NodeCounts counts, TimeProvider time, ILogger<NodeSeries> logger) : IDialect
{
    private const int Capacity = 360;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly Queue<SeriesPoint> points = [];

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/series", GetAsync).Reads();

    /// <summary>Adds points until it is cancelled, and then throws <see cref="OperationCanceledException"/>.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Periodic.RunAsync(Period, Add, time, logger, cancellationToken);

    private void Add()
    {
        var (status, count) = (pool.Status(), counts.Take());
        var point = new SeriesPoint(
            IsoTime.Of(time.GetUtcNow()),
            status.Leased,
            status.Ready,
            status.Starting,
            status.Parked,
            status.Queued,
            count.Created,
            count.Refused,
            count.Lost,
            count.Exited,
            count.WaitAt(0.5),
            count.WaitAt(0.99));
        lock (gate)
        {
            points.Enqueue(point);
            if (points.Count > Capacity)
                points.Dequeue();
        }
    }

    private Task GetAsync(HttpContext context)
    {
        SeriesPoint[] all;
        lock (gate)
            all = [.. points];
        return context.Response.WriteAsJsonAsync(new(Period.TotalSeconds, all), SeriesJson.Default.SeriesReply);
    }
}
