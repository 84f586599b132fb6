using System.Diagnostics;

namespace Steelyard.Tracing;

/// <summary>
/// What traces say beyond the requests that the platform traces. Attributes follow OpenTelemetry's conventions for HTTP clients. Without
/// an exporter, each call here is one comparison.
/// </summary>
internal static class Spans
{
    /// <summary>Name of the node's own spans.</summary>
    public const string SourceName = "Steelyard";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>
    /// Begins the span of a call to a worker. Null when nobody listens, and for calls that the node makes for itself: they belong to no
    /// trace.
    /// </summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="port">Port of the worker.</param>
    public static Activity? StartCall(string method, int port)
    {
        if (!Source.HasListeners() || Activity.Current is null)
            return null;
        return Source.StartActivity($"{method} worker", ActivityKind.Client)
            ?.SetTag("http.request.method", method)
            .SetTag("server.address", "127.0.0.1")
            .SetTag("server.port", port);
    }

    /// <summary>Records how the call has ended. The caller disposes the span.</summary>
    /// <param name="span">The span, or null.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="error">Why there is no status; null when there is one.</param>
    public static void End(Activity? span, int status, string? error)
    {
        if (error is null)
            span?.SetTag("http.response.status_code", status);
        else
            span?.SetStatus(ActivityStatusCode.Error, error);
    }

    /// <summary>Names the session in the span of the current request.</summary>
    public static void NameSession(Guid id)
    {
        if (Source.HasListeners())
            Activity.Current?.SetTag("session.id", id.ToString());
    }
}
