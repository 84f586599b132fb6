using Steelyard.Events;
using Steelyard.History;
using Steelyard.Processes;
using Steelyard.Records;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Recovery;

/// <summary>Registers sessions, their records on disk, and the adoption of sessions from an earlier orchestrator.</summary>
internal static class SessionServices
{
    public static IServiceCollection AddSessions(
        this IServiceCollection services, RunDirectory directory, Options options, TimeProvider time)
    {
        var ledger = new SessionLedger(directory);
        return services
            .AddSingleton(ledger)
            .AddSingleton(new SessionRecordStore(ledger, directory, ProcessIdentity.ThisBoot))
            .AddSingleton(new SessionIdIssuer(options.NodeId, directory.Secret))
            .AddSingleton(all => new SessionHistory(
                options.Tombstones,
                options.HistoryAge,
                time,
                HistoryStore.Open(options, time, all.GetRequiredService<ILogger<HistoryStore>>())))
            .AddSingleton<NodeLog>()
            .AddSingleton(all => new NodeEvents(
                [
                    all.GetRequiredService<NodeLog>(),
                    .. all.GetRequiredService<SessionHistory>().Store is { } store ? [new HistorySubscriber(store)] : (INodeSubscriber[])[],
                ]))
            .AddSingleton<SessionPlacer>()
            .AddSingleton<SessionQuotas>()
            .AddSingleton<SessionRegistry>()
            .AddSingleton<SessionRestorer>()
            .AddSingleton<SessionCreator>()
            .AddSingleton<SessionCalls>()
            .AddSingleton<SessionReaper>()
            .AddSingleton<ChosenIds>()
            .AddSingleton<WorkerAdopter>()
            .AddSingleton<SessionVerifier>()
            .AddSingleton<SessionAdopter>();
    }
}
