using System.Buffers;
using System.Net.ServerSentEvents;
using Steelyard.Http;

namespace Steelyard.Dialects.Events;

/// <summary>
/// Streams of server-sent events, as the HTML standard defines them. Each takes one of its key's places. It ends when its client leaves or
/// the node stops.
/// </summary>
internal sealed class EventStreams(StreamPlaces places, IHostApplicationLifetime lifetime)
{
    /// <summary>
    /// Pause after which a stream without events sends a beat: proxies close a connection on which nothing comes for a minute.
    /// </summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(15);

    private const string Type = "text/event-stream";

    /// <summary>Whether the client wants a stream instead of a page.</summary>
    public static bool IsAsked(HttpRequest request) => request.Headers.Accept.ToString().Contains(Type, StringComparison.OrdinalIgnoreCase);

    /// <summary>The place after which the client wants events; null for the start.</summary>
    public static string? Place(HttpRequest request) =>
        request.Headers["Last-Event-ID"].FirstOrDefault() ?? request.Query["after"].FirstOrDefault();

    /// <summary>Throws <see cref="Sessions.QuotaExceededException"/> when the key has no place.</summary>
    /// <param name="context">The request.</param>
    /// <param name="follow">Returns the events; those without data are beats.</param>
    /// <param name="format">Writes the data of an event.</param>
    public async Task WriteAsync<T>(
        HttpContext context, Func<CancellationToken, IAsyncEnumerable<SseItem<T?>>> follow, Action<T, IBufferWriter<byte>> format)
        where T : class
    {
        using var place = places.Take(context.Caller());
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        context.Response.ContentType = Type;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back.
        try
        {
            await context.Response.Body.FlushAsync(over.Token); // The first event may be far away.
            await SseFormatter.WriteAsync(
                follow(over.Token),
                context.Response.Body,
                (item, buffer) =>
                {
                    if (item.Data is not null)
                        format(item.Data, buffer);
                },
                over.Token);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The client has left, or the node stops.
        }
    }
}
