using Steelyard.History;
using Steelyard.Processes;
using Steelyard.Records;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Recovery;

/// <summary>Sessions, what is written down of them, and how the next orchestrator takes them over.</summary>
internal static class SessionServices
{
    public static IServiceCollection AddSessions(this IServiceCollection services, RunDirectory directory, Options options, TimeProvider time)
    {
        var ledger = new SessionLedger(directory);
        return services
            .AddSingleton(ledger)
            .AddSingleton(new SessionRecords(ledger, directory, ProcessIdentity.ThisBoot))
            .AddSingleton(new SessionIdIssuer(options.NodeId, directory.Secret))
            .AddSingleton(all => new SessionHistory(
                options.Tombstones, options.HistoryAge, time, HistoryStore.Open(options, time, all.GetRequiredService<ILogger<HistoryStore>>())))
            .AddSingleton<SessionPlacer>()
            .AddSingleton<SessionQuotas>()
            .AddSingleton<SessionService>()
            .AddSingleton<SessionReaper>()
            .AddSingleton<ChosenIds>()
            .AddSingleton<WorkerAdopter>()
            .AddSingleton<SessionAdopter>();
    }
}
