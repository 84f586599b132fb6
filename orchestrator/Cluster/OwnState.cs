using Steelyard.Fabric;
using Steelyard.Http;
using Steelyard.Pool;
using Steelyard.Processes;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Cluster;

/// <summary>Describes this node for the others.</summary>
internal sealed class OwnState(
    WorkerPool pool, SessionRegistry sessions, SessionQuotas quotas, Uptime uptime, IServiceProvider services, Options options)
{
    public PeerState Read()
    {
        var (status, uses) = (pool.Status(), quotas.Uses());
        return new()
        {
            Name = options.NodeName,
            Number = options.NodeNumber,
            Region = options.Region,
            Version = OwnVersion.Text,
            Address = PeerListener.AddressOf(options),
            Idle = status.Queued == 0 ? status.Ready : 0,
            Free = status.Free,
            Leased = status.Leased,
            Max = status.Max,
            Waiting = services.GetRequiredService<ClusterQueue>().Waiting,
            IsDraining = pool.Closing.IsCancellationRequested,
            Sessions = sessions.Live.Count(),
            Holders = uses.ToDictionary(pair => pair.Key, pair => pair.Value.Held),
            Creating = uses.ToDictionary(pair => pair.Key, pair => pair.Value.Creating),
            CreateRates = uses.ToDictionary(pair => pair.Key, pair => pair.Value.Rate),
            Redirect = RedirectAddress(options),
            Clock = BootClock.Now,
            Uptime = uptime.Elapsed,
        };
    }

    // Some clients accept no http in the address of a redirected WebSocket.
    private static string RedirectAddress(Options options) =>
        options.Redirect is { } url ? new PublicAddress(url.Scheme is "https" or "wss", url.Authority).WebSocketOrigin : "";
}
