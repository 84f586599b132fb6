using Steelyard.Events;
using Steelyard.History;
using Steelyard.Processes;
using Steelyard.Recordings;
using Steelyard.Records;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Recovery;

/// <summary>Registers sessions, their records on disk, and the adoption of sessions from an earlier orchestrator.</summary>
internal static class SessionServices
{
    public static IServiceCollection AddSessions(
        this IServiceCollection services, RunDirectory directory, byte[] secret, Options options, TimeProvider time)
    {
        var ledger = new SessionLedger(directory);
        return services
            .AddSingleton(ledger)
            .AddSingleton(new SessionRecordStore(ledger, directory, ProcessIdentity.ThisBoot))
            .AddSingleton(new SessionIdIssuer(options.NodeNumber, secret))
            .AddSingleton(all => new SessionHistory(
                options.Tombstones,
                options.HistoryAge,
                time,
                HistoryStore.Open(options, time, all.GetRequiredService<ILogger<HistoryStore>>())))
            .AddSingleton<INodeSubscriber, NodeLog>()
            .AddSingleton(new EventRing(time))
            .AddSingleton<INodeSubscriber>(all => all.GetRequiredService<EventRing>())
            .AddSingleton<SessionLines>()
            .AddSingleton<INodeSubscriber>(all => all.GetRequiredService<SessionLines>())
            .AddSingleton(all => new RecordingKeeper(
                all.GetRequiredService<RecordingStore>(),
                all.GetRequiredService<SessionLines>(),
                id => all.GetRequiredService<SessionRegistry>().FindPresent(new SessionId(id)) is not null,
                options,
                time,
                all.GetRequiredService<ILogger<RecordingKeeper>>()))
            .AddSingleton<SessionRecordings>()
            .AddSingleton(all => new NodeEvents(
                [
                    .. all.GetServices<INodeSubscriber>(),
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
