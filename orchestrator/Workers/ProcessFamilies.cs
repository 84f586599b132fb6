using Steelyard.Processes;

namespace Steelyard.Workers;

/// <summary>Whose the processes are that one look at the machine saw.</summary>
/// <param name="Of">By the worker's id; of workers that have exited, too.</param>
/// <param name="Orphans">Left by some worker that has exited: no worker that lives can have started them.</param>
/// <param name="Unproven">They name a worker's folder, but have no proof that they are of our run directory.</param>
internal sealed record ProcessFamilies(ILookup<string, ProcessIdentity> Of, IReadOnlyList<ProcessIdentity> Orphans, IReadOnlyList<(ProcessIdentity Process, string WorkerId)> Unproven)
{
    public static readonly ProcessFamilies None = new(Array.Empty<ProcessIdentity>().ToLookup(_ => ""), [], []);

    /// <summary>What nobody needs once these workers alone are to live.</summary>
    public List<ProcessIdentity> Without(IReadOnlySet<string> workerIds) => [.. Of.Where(family => !workerIds.Contains(family.Key)).SelectMany(family => family), .. Orphans];

    /// <summary>What a worker that has exited has left, and what others have left that cannot be told apart any more.</summary>
    public List<ProcessIdentity> LeftBy(string workerId) => [.. Of[workerId], .. Orphans];
}
