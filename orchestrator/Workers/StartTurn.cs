using System.Threading.Channels;
using Steelyard.Settings;

namespace Steelyard.Workers;

/// <summary>A place among the workers that may start at the same time. It is held until disposed, or until its time is over.</summary>
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

    /// <summary>
    /// Default number of concurrent starts on this machine. Browsers that all start at once become ready later than browsers that start
    /// one after the other; small programs do not.
    /// </summary>
    public static int UsualNumber(WorkerKind kind) => Math.Max(2, Environment.ProcessorCount) * (kind == WorkerKind.Simulated ? 4 : 1);

    /// <summary>
    /// Creates a channel with this number of places. The code that reads a place from the channel has it until its turn writes the place
    /// back.
    /// </summary>
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
