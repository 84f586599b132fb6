using Steelyard.Settings;
using System.Threading.Channels;

namespace Steelyard.Workers;

/// <summary>A place among the workers that may start at the same time, held until disposed, but not for ever.</summary>
internal sealed class StartTurn : IDisposable
{
    private readonly Channel<byte> turns;
    private readonly ITimer timer;
    private int ended;

    public StartTurn(Channel<byte> turns, TimeProvider time, TimeSpan longest)
    {
        this.turns = turns;
        timer = time.CreateTimer(_ => End(), null, longest, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many a machine bears: browsers started all at once start later than one after the other, small programs do not.</summary>
    public static int UsualNumber(WorkerKind kind) => Math.Max(2, Environment.ProcessorCount) * (kind == WorkerKind.Simulated ? 4 : 1);

    /// <summary>So many places: whoever reads one from the channel has it, until its turn writes it back.</summary>
    public static Channel<byte> Places(int number)
    {
        var places = Channel.CreateBounded<byte>(number);
        for (var i = 0; i < number; i++)
            places.Writer.TryWrite(0);
        return places;
    }

    public void Dispose()
    {
        timer.Dispose();
        End();
    }

    private void End()
    {
        if (Interlocked.Exchange(ref ended, 1) == 0)
            turns.Writer.TryWrite(0);
    }
}
