using Steelyard.Client;

namespace Steelyard.Dashboard.Node;

/// <summary>
/// Asks the node for something again and again while somebody looks, once for all who look. Those who look get each answer, and the trouble
/// when there is none.
/// </summary>
/// <param name="ask">Asks once.</param>
/// <param name="period">Pause between two questions.</param>
/// <param name="time">The clock.</param>
internal sealed class Feed<T>(Func<CancellationToken, Task<T>> ask, TimeSpan period, TimeProvider time)
    where T : class
{
    private readonly Lock gate = new();
    private readonly List<Action> lookers = [];
    private CancellationTokenSource? asking;

    /// <summary>The last answer; null before the first one.</summary>
    public T? Latest { get; private set; }

    /// <summary>Why the last question had no answer; null when it had one.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Looks until it is disposed.</summary>
    /// <param name="changed">Called after each question, on any thread.</param>
    public IDisposable Look(Action changed)
    {
        lock (gate)
        {
            lookers.Add(changed);
            if (asking is null)
            {
                asking = new();
                _ = AskAsync(asking.Token);
            }
        }

        return new Place(this, changed);
    }

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

            Action[] told;
            lock (gate)
                told = [.. lookers];
            foreach (var each in told)
                each();
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

    private void Leave(Action changed)
    {
        lock (gate)
        {
            if (!lookers.Remove(changed) || lookers.Count > 0)
                return;
            asking?.Cancel();
            asking?.Dispose();
            asking = null;
        }
    }

    private sealed class Place(Feed<T> feed, Action changed) : IDisposable
    {
        public void Dispose() => feed.Leave(changed);
    }
}
