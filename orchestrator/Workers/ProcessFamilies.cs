using Steelyard.Processes;

namespace Steelyard.Workers;

/// <summary>The processes that one scan of the machine found, grouped by the worker that they belong to.</summary>
/// <param name="Of">Processes by worker id, including those of workers that have exited.</param>
/// <param name="Orphans">Processes that an unknown exited worker left behind: no live worker can have started them.</param>
/// <param name="Unproven">Processes that name a worker's folder, but cannot prove that they belong to our run directory.</param>
internal sealed record ProcessFamilies(
    ILookup<string, ProcessIdentity> Of,
    IReadOnlyList<ProcessIdentity> Orphans,
    IReadOnlyList<(ProcessIdentity Process, string WorkerId)> Unproven)
{
    public static readonly ProcessFamilies None = new(Array.Empty<ProcessIdentity>().ToLookup(_ => ""), [], []);

    /// <summary>The processes that belong to none of these workers, and the orphans.</summary>
    public List<ProcessIdentity> Without(IReadOnlySet<string> workerIds) =>
        [.. Of.Where(family => !workerIds.Contains(family.Key)).SelectMany(family => family), .. Orphans];

    /// <summary>The processes that an exited worker left behind, and the orphans, whose worker cannot be identified any more.</summary>
    public List<ProcessIdentity> LeftBy(string workerId) => [.. Of[workerId], .. Orphans];
}
