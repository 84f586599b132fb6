using System.Globalization;
using Steelyard.Connections;
using Steelyard.Settings;

namespace Steelyard.Machine;

/// <summary>
/// How many workers and clients a node can hold with the descriptors it may have. Without a free one the runtime cannot even start a
/// thread, and dies: so what clients can take is bounded before, and something is always left.
/// </summary>
public static class DescriptorBudget
{
    /// <summary>
    /// What a node needs beside its workers and clients: the runtime and its assemblies (about 230, and more that are loaded later), a
    /// file or two for each thread.
    /// </summary>
    public const int Reserve = 400;

    /// <summary>A connection, and the one to a worker or browser that serves it.</summary>
    public const int PerConnection = 2;

    /// <summary>
    /// A worker's pidfd, its log or record while it is written, and the connection of a probe. Those kept for calls come on top.
    /// </summary>
    public const int PerWorker = 3;

    /// <summary>Calls at a time, of all clients together, to workers whose pages are listed in one reply.</summary>
    public const int ListCalls = 32;

    private const int LeastKept = 2;
    private const int MostKept = 64;

    // One in so many may be an idle connection to a worker, where there are few workers.
    private const int KeptPart = 4;

    // A client that is attached to it, and one that calls it.
    private const int ConnectionsPerWorker = 2;
    private const int Share = PerWorker + LeastKept + (PerConnection * ConnectionsPerWorker);

    /// <summary>Fewest descriptors with which a node can run.</summary>
    public static int Least => Fixed + Share;

    private static int Fixed => Reserve + ListCalls + (PerConnection * ConnectionPlaces.Spare);

    /// <summary>
    /// Lowers the limits of workers, connections and WebSockets to what is there; says so in a line, which is null when all is as asked
    /// for. Throws <see cref="IOException"/> when there are fewer than <see cref="Least"/>.
    /// </summary>
    /// <param name="options">With the number of workers decided.</param>
    /// <param name="descriptors">How many this process may have.</param>
    public static (Options Options, string? Note) Apply(Options options, long descriptors)
    {
        if (descriptors < Least)
            throw new IOException($"the limit of open files is {descriptors}, and a node needs {Least} at least: raise it (ulimit -n)");
        var left = descriptors - Fixed;
        var workers = (int)Math.Min(options.MaxWorkers, left / Share);
        var kept = (int)Math.Clamp(left / KeptPart / workers, LeastKept, MostKept);
        var clients = (left - ((PerWorker + kept) * workers)) / PerConnection;
        var connections = (int)Math.Min(options.MaxConnections, Math.Max(clients / 2, clients - options.MaxAttached));
        var attached = (int)Math.Min(options.MaxAttached, clients - connections);
        var fitting = options with
        {
            MaxWorkers = workers,
            MaxConnections = connections,
            MaxAttached = attached,
            KeptWorkerConnections = kept,
        };
        var isLess = workers < options.MaxWorkers || connections < options.MaxConnections || attached < options.MaxAttached;
        return (fitting, !isLess ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"{descriptors} open files (ulimit -n) hold {workers} workers, {connections} connections and {attached} WebSockets; {options.MaxWorkers}, {options.MaxConnections} and {options.MaxAttached} were asked for"));
    }
}
