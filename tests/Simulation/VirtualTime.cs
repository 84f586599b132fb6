namespace Steelyard.Tests.Simulation;

/// <summary>Simulated time. It does not move by itself, only from one timer to the next.</summary>
internal sealed class VirtualClock
{
    private readonly PriorityQueue<(VirtualTimer Timer, int Version), (long Due, long Order)> timers = new();
    private long order;

    /// <summary>The current time in ticks of 100 ns.</summary>
    public long Now { get; private set; }

    /// <summary>The error of the wall clock; it may jump.</summary>
    public TimeSpan WallOffset { get; set; }

    public void Add(VirtualTimer timer, long due) => timers.Enqueue((timer, timer.Version), (due, order++));

    /// <summary>Moves the time to the next timer and fires it. Returns false when no timer is left.</summary>
    public bool FireNext()
    {
        while (timers.TryDequeue(out var next, out var at))
        {
            if (next.Version != next.Timer.Version)
                continue;
            Now = Math.Max(Now, at.Due);
            next.Timer.Fire();
            return true;
        }

        return false;
    }
}

/// <summary>The clock as a program sees it. The program's timers end with the program.</summary>
internal sealed class VirtualTime(VirtualClock clock, Life life) : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => clock.Now;

    public override DateTimeOffset GetUtcNow() => Start + TimeSpan.FromTicks(clock.Now) + clock.WallOffset;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new VirtualTimer(clock, life, () => callback(state), dueTime, period);
}

internal sealed class VirtualTimer : ITimer
{
    private readonly VirtualClock clock;
    private readonly Life life;
    private readonly Action callback;
    private TimeSpan period;

    public VirtualTimer(VirtualClock clock, Life life, Action callback, TimeSpan dueTime, TimeSpan period)
    {
        this.clock = clock;
        this.life = life;
        this.callback = callback;
        Change(dueTime, period);
    }

    /// <summary>Increases with each change, so that earlier entries of this timer no longer count.</summary>
    public int Version { get; private set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        Version++;
        this.period = period;
        if (dueTime != Timeout.InfiniteTimeSpan)
            clock.Add(this, clock.Now + dueTime.Ticks);
        return true;
    }

    public void Fire()
    {
        if (period > TimeSpan.Zero && period != Timeout.InfiniteTimeSpan)
            clock.Add(this, clock.Now + period.Ticks);
        life.Run(callback);
    }

    public void Dispose() => Version++;

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }
}
