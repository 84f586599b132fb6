using System.Threading.RateLimiting;
using Steelyard.Http;
using Steelyard.Settings;

namespace Steelyard.Dialects.Steel;

/// <summary>
/// One budget for all scrapes, screenshots and PDFs: so many may work at a time, and the others wait for their turn, as creates do for a
/// worker. What pages make of such calls then costs other sessions at most that share of the workers.
/// </summary>
public sealed class PageTurns(Options options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ConcurrencyLimiter turns = new(new()
    {
        PermitLimit = Math.Max(1, options.MaxPageCalls),
        QueueLimit = options.QueueLimit,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>
    /// Waits for a turn, which ends with the lease. Null when the client has been told to ask again later. Throws
    /// <see cref="OperationCanceledException"/> when it has left.
    /// </summary>
    public async Task<RateLimitLease?> TakeAsync(HttpContext context)
    {
        using var timer = new CancellationTokenSource(options.QueueTimeout, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, context.RequestAborted);
        try
        {
            var turn = await turns.AcquireAsync(1, over.Token);
            if (turn.IsAcquired)
                return turn;
            turn.Dispose();
            await RefuseAsync(context, $"{options.QueueLimit} others wait already (--queue-limit)");
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            await RefuseAsync(context, "none of them ended within --queue-timeout");
        }

        return null;
    }

    public void Dispose() => turns.Dispose();

    private Task RefuseAsync(HttpContext context, string why) => Problem.TooManyAsync(
        context, $"{options.MaxPageCalls} scrapes, screenshots and PDFs are under way (--max-page-calls), and {why}. Retry, or raise the limit.", RetryAfter);
}
