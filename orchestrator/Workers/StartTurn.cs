namespace Steelyard.Workers;

/// <summary>A place among the workers that may start at the same time, held until disposed, but not for ever.</summary>
internal sealed class StartTurn : IDisposable
{
    private readonly SemaphoreSlim turns;
    private readonly ITimer timer;
    private int ended;

    public StartTurn(SemaphoreSlim turns, TimeProvider time, TimeSpan longest)
    {
        this.turns = turns;
        timer = time.CreateTimer(_ => End(), null, longest, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        timer.Dispose();
        End();
    }

    private void End()
    {
        if (Interlocked.Exchange(ref ended, 1) == 0)
            turns.Release();
    }
}
