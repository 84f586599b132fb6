using System.Threading.RateLimiting;
using Steelyard.Http;
using Steelyard.Pool;
using Steelyard.Settings;

namespace Steelyard.Dialects.Steel;

/// <summary>
/// One budget for all scrapes, screenshots and PDFs: up to <c>--max-page-calls</c> run at a time, and the others wait for their turn, as
/// creates wait for a worker. Whatever pages do in such calls, they cost other sessions at most that many workers.
/// </summary>
public sealed class PageTurns(Options options, TimeProvider time) : IDisposable
{
    private readonly Lock gate = new(); // Guards the list of those that waited and got a turn.
    private readonly RecentEvents served = new(time);
    private readonly ConcurrencyLimiter turns = new(new()
    {
        PermitLimit = Math.Max(1, options.MaxPageCalls),
        QueueLimit = options.QueueLimit,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>
    /// Waits for a turn, which ends when the lease is disposed. Returns null after it has told the client to retry later. Throws
    /// <see cref="OperationCanceledException"/> when the client has left.
    /// </summary>
    public async Task<RateLimitLease?> TakeAsync(HttpContext context)
    {
        using var timer = new CancellationTokenSource(options.QueueTimeout, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, context.RequestAborted);
        try
        {
            var acquiring = turns.AcquireAsync(1, over.Token);
            var hasWaited = !acquiring.IsCompleted;
            var turn = await acquiring;
            if (turn.IsAcquired)
            {
                lock (gate)
                {
                    if (hasWaited)
                        served.Add();
                }

                return turn;
            }

            turn.Dispose();
            await RefuseAsync(context, $"{options.QueueLimit} more are waiting already (--queue-limit)");
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            await RefuseAsync(context, "none of them ended within --queue-timeout");
        }

        return null;
    }

    public void Dispose() => turns.Dispose();

    private Task RefuseAsync(HttpContext context, string why) => Problem.TooManyAsync(
        context,
        $"{options.MaxPageCalls} scrapes, screenshots and PDFs are running (--max-page-calls), and {why}. Retry, or raise the limit.",
        EstimateWait());

    private TimeSpan EstimateWait()
    {
        lock (gate)
            return LeaseQueue.Estimate((int)(turns.GetStatistics()?.CurrentQueuedCount ?? 0), served.Count());
    }
}
