using Steelyard.Processes;
using Steelyard.Records;

namespace Steelyard.Workers;

/// <summary>Says of each process whose it is. Pure but for the environments, which it asks for once in a process's life.</summary>
internal sealed class ProcessAttribution
{
    private readonly Dictionary<int, ProcessEntry> entries = [];
    private readonly Dictionary<ProcessIdentity, string> roots = [];
    private readonly Dictionary<int, string> sessions = [];
    private readonly Dictionary<ProcessIdentity, Finding> findings = [];
    private readonly List<(ProcessIdentity Process, string WorkerId)> unproven = [];
    private readonly IReadOnlyDictionary<ProcessIdentity, string?> before;
    private readonly byte[] secret;
    private readonly Func<ProcessIdentity, (string? WorkerId, bool IsProven)> readToken;

    /// <param name="processes">All that run, but ourselves.</param>
    /// <param name="living">The workers that have not exited; null while one is being spawned.</param>
    /// <param name="before">What the look before this one knew.</param>
    /// <param name="secret">The run directory's secret.</param>
    /// <param name="readToken">Reads in its environment which worker a process belongs to, and whether it proves that.</param>
    public ProcessAttribution(
        IReadOnlyList<ProcessEntry> processes,
        IReadOnlyDictionary<string, ProcessIdentity?> living,
        IReadOnlyDictionary<ProcessIdentity, string?> before,
        byte[] secret,
        Func<ProcessIdentity, (string? WorkerId, bool IsProven)> readToken)
    {
        (this.before, this.secret, this.readToken) = (before, secret, readToken);
        foreach (var process in processes)
            entries[process.Identity.Pid] = process;
        foreach (var (id, identity) in living)
        {
            if (identity is not { } process || !entries.TryGetValue(process.Pid, out var entry) || entry.Identity != process)
                continue;
            roots[process] = id;
            if (entry.Session == process.Pid)
                sessions[process.Pid] = id; // While it lives, nobody else can have a session of this number.
        }

        foreach (var process in processes)
            Find(process);
        var oldest = living.Values.Select(process => process?.StartTime ?? 0).DefaultIfEmpty(long.MaxValue).Min();
        Families = new(
            findings.Where(pair => pair.Value.WorkerId is not null).ToLookup(pair => pair.Value.WorkerId!, pair => pair.Key),
            [.. findings.Where(pair => pair.Value.Orphan is { } orphan && orphan.StartTime < oldest).Select(pair => pair.Key)],
            unproven);
        Known = findings.Where(pair => pair.Value.Orphan is null).ToDictionary(pair => pair.Key, pair => pair.Value.WorkerId);
    }

    public ProcessFamilies Families { get; }

    /// <summary>What the next look need not find out again.</summary>
    public Dictionary<ProcessIdentity, string?> Known { get; }

    private Finding Find(in ProcessEntry process)
    {
        if (findings.TryGetValue(process.Identity, out var finding))
            return finding;
        findings[process.Identity] = default; // The entries are of different moments: whatever they say, this ends.
        return findings[process.Identity] = Decide(process);
    }

    private Finding Decide(in ProcessEntry process)
    {
        var isKnown = before.TryGetValue(process.Identity, out var owner);
        if (owner is null && !roots.TryGetValue(process.Identity, out owner))
            owner = process.Mark is { } mark ? WorkerToken.OwnerOf(secret, mark) : null;
        if (owner is not null || sessions.TryGetValue(process.Session, out owner))
            return new(owner, null);
        if (entries.TryGetValue(process.Parent, out var parent) && parent.Identity.StartTime <= process.Identity.StartTime && Find(parent) is { IsOurs: true } inherited)
            return inherited;
        if (!isKnown && readToken(process.Identity) is { WorkerId: { } id } token)
        {
            if (token.IsProven)
                return new(id, null);
            unproven.Add((process.Identity, id));
        }

        return new(null, process.IsOrphan ? process.Identity : null);
    }

    /// <param name="WorkerId">The worker it belongs to.</param>
    /// <param name="Orphan">Itself or its ancestor, which has come to us from nobody knows which worker.</param>
    private readonly record struct Finding(string? WorkerId, ProcessIdentity? Orphan)
    {
        public bool IsOurs => WorkerId is not null || Orphan is not null;
    }
}
