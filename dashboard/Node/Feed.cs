using Steelyard.Client;

namespace Steelyard.Dashboard.Node;

/// <summary>
/// Asks the node for something again and again while somebody looks, once for all who look. Those who look get each answer, and the trouble
/// when there is none.
/// </summary>
internal sealed class Feed<T>
    where T : class
{
    private readonly Func<CancellationToken, Task<T>> ask;
    private readonly TimeSpan period;
    private readonly TimeProvider time;
    private readonly Lookers lookers;

    /// <param name="ask">Asks once.</param>
    /// <param name="period">Pause between two questions.</param>
    /// <param name="time">The clock.</param>
    public Feed(Func<CancellationToken, Task<T>> ask, TimeSpan period, TimeProvider time)
    {
        (this.ask, this.period, this.time) = (ask, period, time);
        lookers = new(AskAsync);
    }

    /// <summary>The last answer; null before the first one.</summary>
    public T? Latest { get; private set; }

    /// <summary>Why the last question had no answer; null when it had one.</summary>
    public string? Trouble { get; private set; }

    /// <inheritdoc cref="Lookers.Look"/>
    public IDisposable Look(Action changed) => lookers.Look(changed);

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(period, time);
        do
        {
            try
            {
                (Latest, Trouble) = (await ask(cancellationToken), null);
            }
            catch (NodeException e)
            {
                Trouble = e.Message;
            }
            catch (OperationCanceledException)
            {
                return;
            }

            lookers.Tell();
        }
        while (await IsTimeAsync(timer, cancellationToken));
    }

    private static async Task<bool> IsTimeAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
