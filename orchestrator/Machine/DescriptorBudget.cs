using System.Globalization;
using Steelyard.Connections;
using Steelyard.Settings;
using Steelyard.WorkerHttp;

namespace Steelyard.Machine;

/// <summary>
/// Decides how many workers and clients a node can hold with its limit of descriptors. Without a free descriptor the runtime cannot even
/// start a thread, and dies. So the number that clients can take is limited, and some descriptors are always free.
/// </summary>
public static class DescriptorBudget
{
    /// <summary>
    /// What a node needs in addition to its workers and clients: the runtime and its assemblies (about 230, and more that are loaded
    /// later), and one or two files for each thread.
    /// </summary>
    public const int Reserve = 400;

    /// <summary>A client's connection, and the connection to the worker or browser that serves it.</summary>
    public const int PerConnection = 2;

    /// <summary>
    /// A worker's pidfd, its log or record while it is written, and the connection of a probe. Connections kept for calls are added.
    /// </summary>
    public const int PerWorker = 3;

    /// <summary>Number of simultaneous calls to workers whose pages are listed in one reply, for all clients together.</summary>
    public const int ListCalls = 32;

    // One descriptor in this many can be an idle connection to a worker, if those that each worker always may keep do not need more.
    private const int KeptPart = 4;

    // One client that is attached to the worker, and one that calls it.
    private const int ConnectionsPerWorker = 2;
    private const int Share = PerWorker + WorkerClient.KeptIdle + (PerConnection * ConnectionsPerWorker);

    /// <summary>Minimum number of descriptors with which a node can run.</summary>
    public static int Least => Fixed + Share;

    private static int Fixed => Reserve + ListCalls + (PerConnection * ConnectionPlaces.Spare);

    /// <summary>
    /// Lowers the limits of workers, connections and WebSockets to what the descriptors allow. The note is a line about this; it is null
    /// when no limit is lowered. Throws <see cref="IOException"/> when there are fewer descriptors than <see cref="Least"/>.
    /// </summary>
    /// <param name="options">The options, with the number of workers already decided.</param>
    /// <param name="descriptors">The number of descriptors that this process can have.</param>
    public static (Options Options, string? Note) Apply(Options options, long descriptors)
    {
        if (descriptors < Least)
            throw new IOException($"the limit of open files is {descriptors}, and a node needs at least {Least}: raise it (ulimit -n)");
        var left = descriptors - Fixed;
        var workers = (int)Math.Min(options.MaxWorkers, left / Share);
        var spare = (int)Math.Clamp(
            Math.Min((left / KeptPart) - (WorkerClient.KeptIdle * workers), left - (Share * workers)), 0, options.SpareWorkerConnections);
        var clients = (left - ((PerWorker + WorkerClient.KeptIdle) * workers) - spare) / PerConnection;
        var connections = (int)Math.Min(options.MaxConnections, Math.Max(clients / 2, clients - options.MaxAttached));
        var attached = (int)Math.Min(options.MaxAttached, clients - connections);
        var fitting = options with
        {
            MaxWorkers = workers,
            MaxConnections = connections,
            MaxAttached = attached,
            SpareWorkerConnections = spare,
        };
        var isLess = workers < options.MaxWorkers || connections < options.MaxConnections || attached < options.MaxAttached;
        return (fitting, !isLess ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"{descriptors} open files (ulimit -n) hold {workers} workers, {connections} connections and {attached} WebSockets; " +
            $"{options.MaxWorkers}, {options.MaxConnections} and {options.MaxAttached} were asked for"));
    }
}
