using OpenTelemetry;
using OpenTelemetry.Metrics;
using Steelyard.Http;

namespace Steelyard.Telemetry;

/// <summary>
/// Serves metrics to Prometheus. Nothing is collected before the first scrape, so a node that nobody scrapes pays nothing: its counters
/// begin there.
/// </summary>
internal sealed class Scraping(IServiceProvider services, StateMetrics state) : IDialect, IDisposable
{
    private const string Path = "/metrics";

    private readonly Lock gate = new();
    private MeterProvider? provider;
    private RequestDelegate? exporter;

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet(Path, ScrapeAsync).Reads();

    public void Dispose() => provider?.Dispose();

    private async Task ScrapeAsync(HttpContext context)
    {
        if (!context.Caller().IsOperator)
        {
            await Problem.WriteAsync(
                context,
                StatusCodes.Status403Forbidden,
                "Metrics are about all sessions of the node: only an operator's key may read them.");
            return;
        }

        await Task.Yield(); // A scrape looks at each worker, and this may be a thread that serves sockets.
        await Exporter()(context);
    }

    private RequestDelegate Exporter()
    {
        lock (gate)
        {
            if (exporter is not null)
                return exporter;
            _ = state;
            provider = Sdk.CreateMeterProviderBuilder()
                .AddNode()
                .AddPrometheusExporter(exporter => exporter.ScrapeResponseCacheDurationMilliseconds = 0)
                .Build();
            var branch = new ApplicationBuilder(services);
            branch.UseOpenTelemetryPrometheusScrapingEndpoint(provider, _ => true, Path, null, null);
            return exporter = branch.Build();
        }
    }
}
