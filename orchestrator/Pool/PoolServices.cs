using Steelyard.Events;
using Steelyard.Machine;
using Steelyard.Recordings;
using Steelyard.Records;
using Steelyard.Settings;
using Steelyard.WorkerHttp;
using Steelyard.Workers;

namespace Steelyard.Pool;

/// <summary>Registers the pool and the services that start, watch and limit its workers.</summary>
internal static class PoolServices
{
    public static IServiceCollection AddPool(
        this IServiceCollection services, WorkerCommand command, RunDirectory directory, Options options, TimeProvider time) => services
        .AddSingleton(command)
        .AddSingleton(command.Protocol)
        .AddSingleton(directory)
        .AddSingleton<IMachine, LinuxMachine>()
        .AddSingleton<RecordingStore>()
        .AddSingleton(new ReplyMemory(options.ListMemoryBytes))
        .AddSingleton<IConnector, SocketConnector>()
        .AddSingleton<WorkerProcesses>()
        .AddSingleton<WorkerUsage>()
        .AddSingleton<Leftovers>()
        .AddSingleton<BrowserIsolation>()
        .AddSingleton<WorkerLimiter>()
        .AddSingleton<LastResort>()
        .AddSingleton(all => new PortAllocator(all.GetRequiredService<IMachine>(), options.FirstWorkerPort, options.LastWorkerPort))
        .AddSingleton<ResourceAllocator>()
        .AddSingleton<WorkerClients>()
        .AddSingleton<StartTurns>()
        .AddSingleton<WorkerStarter>()
        .AddSingleton<ForeignBrowsers>()
        .AddSingleton<WorkerReadiness>()
        .AddSingleton<WorkerHealth>()
        .AddSingleton(all => new WorkerPool(
            pool => ActivatorUtilities.CreateInstance<WorkerSupervisor>(all, pool),
            all.GetRequiredService<ForeignBrowsers>(),
            all.GetRequiredService<NodeEvents>(),
            options,
            time))
        .AddSingleton<Reservations>();
}
