using Steelyard.Client;

namespace Steelyard.Dashboard.Node;

/// <summary>The node's last events, while somebody looks. The stream is opened once for all who look.</summary>
internal sealed class LastEvents
{
    private const int Most = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // Of a burst, those who look are told once.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(250);

    private readonly Lock gate = new();
    private readonly LinkedList<NodeEvent> last = [];
    private readonly Lookers lookers;
    private readonly NodeApi api;
    private readonly TimeProvider time;

    public LastEvents(NodeApi api, TimeProvider time)
    {
        (this.api, this.time) = (api, time);
        lookers = new(FollowAsync);
    }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<NodeEvent> Newest
    {
        get
        {
            lock (gate)
                return [.. last];
        }
    }

    /// <inheritdoc cref="Lookers.Look"/>
    public IDisposable Look(Action changed) => lookers.Look(changed);

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            lock (gate)
                last.Clear(); // Each stream begins with all that the node keeps.
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
        lookers.Tell();
    }
}
