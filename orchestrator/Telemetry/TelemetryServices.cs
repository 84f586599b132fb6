using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Steelyard.Events;
using Steelyard.Http;
using Steelyard.Settings;
using Steelyard.Tracing;

namespace Steelyard.Telemetry;

/// <summary>Registers metrics and traces.</summary>
internal static class TelemetryServices
{
    private const string Own = "Steelyard";

    // Any of OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, … asks for an export (OpenTelemetry's "OTLP Exporter
    // Configuration").
    private const string Asking = "OTEL_EXPORTER_OTLP_";

    public static WebApplicationBuilder AddTelemetry(this WebApplicationBuilder builder, Options options)
    {
        builder.Services
            .AddSingleton(_ => new Meter(Own, OwnVersion.Text))
            .AddSingleton<INodeSubscriber, EventMetrics>()
            .AddSingleton<StateMetrics>()
            .AddSingleton<IDialect, Scraping>();
        if (IsExportAsked())
            builder.AddExport(options);
        return builder;
    }

    /// <summary>Adds the instruments of the node and the free ones of the platform.</summary>
    public static MeterProviderBuilder AddNode(this MeterProviderBuilder metrics) => metrics.AddMeter(
        Own, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime");

    // In a method of its own: a node that does not export loads no code of the exporters.
    private static void AddExport(this WebApplicationBuilder builder, Options options) => builder.Services
        .AddOpenTelemetry()
        .ConfigureResource(resource => resource.AddService("steelyard", serviceInstanceId: $"node-{options.NodeNumber}"))
        .WithMetrics(metrics => metrics.AddNode())
        .WithTracing(traces => traces.AddSource(Spans.SourceName).AddAspNetCoreInstrumentation())
        .WithLogging()
        .UseOtlpExporter();

    private static bool IsExportAsked() => Environment.GetEnvironmentVariables().Keys.Cast<string>()
        .Any(name => name.StartsWith(Asking, StringComparison.Ordinal) && name.EndsWith("ENDPOINT", StringComparison.Ordinal));
}
