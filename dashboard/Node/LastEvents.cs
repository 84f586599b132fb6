using Steelyard.Client;

namespace Steelyard.Dashboard.Node;

/// <summary>The node's last events, while somebody looks. The stream is opened once for all who look.</summary>
internal sealed class LastEvents(NodeApi api, TimeProvider time)
{
    private const int Most = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // Of a burst, those who look are told once.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(250);

    private readonly Lock gate = new();
    private readonly LinkedList<NodeEvent> last = [];
    private readonly List<Action> lookers = [];
    private CancellationTokenSource? following;

    /// <summary>The newest first.</summary>
    public IReadOnlyList<NodeEvent> Newest
    {
        get
        {
            lock (gate)
                return [.. last];
        }
    }

    /// <summary>Looks until it is disposed.</summary>
    /// <param name="changed">Called when there are new events, on any thread.</param>
    public IDisposable Look(Action changed)
    {
        lock (gate)
        {
            lookers.Add(changed);
            if (following is null)
            {
                following = new();
                last.Clear();
                _ = FollowAsync(following.Token);
            }
        }

        return new Place(this, changed);
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var told = 0L;
                await foreach (var e in api.EventsAsync(cancellationToken))
                {
                    Add(e);
                    if (time.GetElapsedTime(told) < Gathering)
                        continue;
                    told = time.GetTimestamp();
                    _ = TellAsync(cancellationToken);
                }
            }
            catch (Exception e) when (e is NodeException or IOException or HttpRequestException)
            {
                // The node restarts, or the key has no place for another stream: the other feeds say so.
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Add(NodeEvent e)
    {
        lock (gate)
        {
            last.AddFirst(e);
            if (last.Count > Most)
                last.RemoveLast();
        }
    }

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Gathering, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Action[] told;
        lock (gate)
            told = [.. lookers];
        foreach (var each in told)
            each();
    }

    private void Leave(Action changed)
    {
        lock (gate)
        {
            if (!lookers.Remove(changed) || lookers.Count > 0)
                return;
            following?.Cancel();
            following?.Dispose();
            following = null;
        }
    }

    private sealed class Place(LastEvents events, Action changed) : IDisposable
    {
        public void Dispose() => events.Leave(changed);
    }
}
