namespace Steelyard.Dashboard.Node;

/// <summary>Those who look at something. The first one starts the work that it takes, and the last one ends it.</summary>
/// <param name="work">Runs until it is cancelled, and then ends without an exception.</param>
internal sealed class Lookers(Func<CancellationToken, Task> work)
{
    private readonly Lock gate = new();
    private readonly List<Action> lookers = [];
    private CancellationTokenSource? working;

    /// <summary>Looks until it is disposed.</summary>
    /// <param name="changed">Called when there is something new, on any thread.</param>
    public IDisposable Look(Action changed)
    {
        lock (gate)
        {
            lookers.Add(changed);
            if (working is null)
            {
                working = new();
                _ = work(working.Token);
            }
        }

        return new Place(this, changed);
    }

    /// <summary>Tells all who look that there is something new.</summary>
    public void Tell()
    {
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
            working?.Cancel();
            working?.Dispose();
            working = null;
        }
    }

    private sealed class Place(Lookers lookers, Action changed) : IDisposable
    {
        public void Dispose() => lookers.Leave(changed);
    }
}
