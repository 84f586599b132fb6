using System.Collections.Concurrent;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Http;

/// <summary>Limits how many streams of events and dashboards each key may have open.</summary>
internal sealed class StreamPlaces(Options options)
{
    private readonly ConcurrentDictionary<string, int> open = new();

    /// <summary>Takes a place until it is disposed. Throws <see cref="QuotaExceededException"/>.</summary>
    public IDisposable Take(Caller caller)
    {
        var name = caller.Name ?? "";
        if (open.AddOrUpdate(name, 1, static (_, count) => count + 1) <= options.KeyMaxStreams)
            return new Place(this, name);
        Return(name);
        throw new QuotaExceededException(
            $"{options.KeyMaxStreams} streams of events and dashboards are open (--key-max-streams). Close one.", TimeSpan.FromSeconds(1));
    }

    private void Return(string name) => open.AddOrUpdate(name, 0, static (_, count) => count - 1);

    private sealed class Place(StreamPlaces places, string name) : IDisposable
    {
        private int isReturned;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isReturned, 1) == 0)
                places.Return(name);
        }
    }
}
