namespace Steelyard.Tests.Simulation;

/// <summary>
/// Everything that happens in one simulated run, in an order that the seed decides. The next step is picked at random from those that
/// are ready. When none is ready, the time moves to the next timer. One thread runs everything.
/// </summary>
internal sealed class World(int seed)
{
    private const int HistoryLines = 400;

    // About fifty times what a run needs on average.
    private const long MostEvents = 1_000_000;

    private readonly int thread = Environment.CurrentManagedThreadId;
    private readonly List<(Life Life, SendOrPostCallback Callback, object? State)> ready = [];
    private readonly Queue<string> history = new();

    public int Seed => seed;

    public Random Random { get; } = new(seed);

    public VirtualClock Clock { get; } = new();

    /// <summary>The first broken invariant; null while all hold.</summary>
    public string? Violation { get; private set; }

    public long Events { get; private set; }

    public IEnumerable<string> History => history;

    /// <summary>The sessions that an orchestrator has reported as gone, with the reason.</summary>
    public HashSet<string> ToldGone { get; } = [];

    public void Note(string what)
    {
        if (history.Count == HistoryLines)
            history.Dequeue();
        history.Enqueue(FormattableString.Invariant($"{TimeSpan.FromTicks(Clock.Now).TotalSeconds,9:0.0000}  {what}"));
    }

    public void Fail(string violation)
    {
        Note($"VIOLATION: {violation}");
        Violation ??= violation;
    }

    public void Check(bool holds, string violation)
    {
        if (!holds)
            Fail(violation);
    }

    /// <summary>Returns true with this probability.</summary>
    public bool Happens(double probability) => Random.NextDouble() < probability;

    public void Post(Life life, SendOrPostCallback callback, object? state)
    {
        // Objects of a dead program may still be finalized on another thread.
        if (life.IsOver)
            return;
        if (Environment.CurrentManagedThreadId != thread)
            throw new InvalidOperationException("Something has left the simulation's thread: the run cannot be replayed");
        ready.Add((life, callback, state));
    }

    /// <summary>
    /// Runs until the task has ended, an invariant is broken, or nothing is left to run. Calls <paramref name="check"/> after each event.
    /// </summary>
    public void Run(Task until, Action check)
    {
        while (!until.IsCompleted && Violation is null)
        {
            try
            {
                if (!Step())
                    Fail("nothing is left to happen, and somebody still waits");
                check();
            }
            catch (Exception e)
            {
                Fail($"an error of the simulation or of ours: {e}");
            }

            Events++;
            if (Events == MostEvents)
                Fail("there is no end to it: somebody waits for ever, or tries again and again");
        }

        if (until.IsFaulted)
            Fail($"an error of the simulation or of ours: {until.Exception.GetBaseException()}");
    }

    private bool Step()
    {
        if (ready.Count == 0)
            return Clock.FireNext();
        var index = Random.Next(ready.Count);
        var (life, callback, state) = ready[index];
        ready[index] = ready[^1];
        ready.RemoveAt(ready.Count - 1);
        life.Run(() => callback(state));
        return true;
    }
}

/// <summary>The life of a program. What the program awaits continues in its life and ends with it, as after kill -9.</summary>
internal sealed class Life(World world) : SynchronizationContext
{
    public bool IsOver { get; private set; }

    public void End() => IsOver = true;

    public override void Post(SendOrPostCallback d, object? state) => world.Post(this, d, state);

    public override void Send(SendOrPostCallback d, object? state) => Run(() => d(state));

    public override SynchronizationContext CreateCopy() => this;

    public void Run(Action action)
    {
        if (IsOver)
            return;
        var outer = Current;
        SetSynchronizationContext(this);
        try
        {
            action();
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }
}
