using Steelyard.Processes;
using Steelyard.Records;

namespace Steelyard.Workers;

/// <summary>
/// Decides for each process which worker it belongs to. Pure, except that it reads the environment of a process once in its life.
/// </summary>
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

    /// <param name="processes">All running processes except this one.</param>
    /// <param name="living">The workers that have not exited, by id; the value is null while a worker is being spawned.</param>
    /// <param name="before">The result of the previous scan: its <see cref="Known"/>.</param>
    /// <param name="secret">The run directory's secret.</param>
    /// <param name="readToken">Reads from a process's environment which worker it belongs to, and whether its token proves that.</param>
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
                sessions[process.Pid] = id; // While the worker lives, no other session can have this number.
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

    /// <summary>Findings that remain valid, which the next scan does not have to repeat.</summary>
    public Dictionary<ProcessIdentity, string?> Known { get; }

    private Finding Find(in ProcessEntry process)
    {
        if (findings.TryGetValue(process.Identity, out var finding))
            return finding;
        findings[process.Identity] = default; // Ends the recursion even if the entries, read at different moments, contain a cycle.
        return findings[process.Identity] = Decide(process);
    }

    private Finding Decide(in ProcessEntry process)
    {
        var isKnown = before.TryGetValue(process.Identity, out var owner);
        if (owner is null && !roots.TryGetValue(process.Identity, out owner))
            owner = process.Mark is { } mark ? WorkerToken.OwnerOf(secret, mark) : null;
        if (owner is not null || sessions.TryGetValue(process.Session, out owner))
            return new(owner, null);
        if (entries.TryGetValue(process.Parent, out var parent)
            && parent.Identity.StartTime <= process.Identity.StartTime
            && Find(parent) is { IsOurs: true } inherited)
            return inherited;
        if (!isKnown && readToken(process.Identity) is { WorkerId: { } id } token)
        {
            if (token.IsProven)
                return new(id, null);
            unproven.Add((process.Identity, id));
        }

        return new(null, process.IsOrphan ? process.Identity : null);
    }

    /// <param name="WorkerId">The worker that the process belongs to; null if unknown.</param>
    /// <param name="Orphan">The process or its ancestor that was orphaned by an unknown worker; else null.</param>
    private readonly record struct Finding(string? WorkerId, ProcessIdentity? Orphan)
    {
        public bool IsOurs => WorkerId is not null || Orphan is not null;
    }
}
