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

    /// <summary>How many a machine bears: browsers started all at once start later than one after the other, small programs do not.</summary>
    public static int UsualNumber(WorkerKind kind) => Math.Max(2, Environment.ProcessorCount) * (kind == WorkerKind.Simulated ? 4 : 1);

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
