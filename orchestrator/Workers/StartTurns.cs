using System.Threading.Channels;
using Steelyard.Settings;

namespace Steelyard.Workers;

/// <summary>
/// Limits how many workers start at the same time: browsers that all start at once become ready later than browsers that start one after
/// the other.
/// </summary>
internal sealed class StartTurns
{
    // A worker that hangs during its start must not block the starts of the others.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private readonly TimeProvider time;

    // One item for each free place.
    private readonly Channel<byte> places;

    public StartTurns(Options options, TimeProvider time)
    {
        this.time = time;
        places = Channel.CreateBounded<byte>(options.StartConcurrency);
        for (var i = 0; i < options.StartConcurrency; i++)
            places.Writer.TryWrite(0);
    }

    /// <summary>Waits for a place. Throws <see cref="OperationCanceledException"/>.</summary>
    /// <returns>The place. It is held until disposed, or until its time is over.</returns>
    public async Task<IDisposable> TakeAsync(CancellationToken cancellationToken)
    {
        await places.Reader.ReadAsync(cancellationToken);
        return new Turn(places, time);
    }

    private sealed class Turn : IDisposable
    {
        private readonly Channel<byte> places;
        private readonly ITimer timer;
        private int ended;

        public Turn(Channel<byte> places, TimeProvider time)
        {
            this.places = places;
            timer = time.CreateTimer(_ => End(), null, Longest, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            timer.Dispose();
            End();
        }

        private void End()
        {
            if (Interlocked.Exchange(ref ended, 1) == 0)
                places.Writer.TryWrite(0);
        }
    }
}
