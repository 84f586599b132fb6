namespace Steelyard.Fabric.Membership;

/// <summary>Refuses to join while another node of the same name is alive: both would serve the same sessions.</summary>
internal sealed class NameCheck(IMembershipTable table, FabricOptions options)
{
    // A living node writes into its row every two seconds. Only the change tells: clocks may differ.
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(6);

    /// <summary>
    /// Returns the highest generation that this node has had; 0 for none. Throws <see cref="NameTakenException"/>.
    /// </summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await table.InitializeMembershipTableAsync(true, cancellationToken);
        var rows = await ReadAsync();
        if (Elsewhere(rows) is { } before)
            await CheckAsync(before, cancellationToken);
        return rows.Select(entry => entry.SiloAddress.Generation).DefaultIfEmpty().Max();
    }

    private async Task CheckAsync(MembershipEntry before, CancellationToken cancellationToken)
    {
        await Task.Delay(SignOfLife, cancellationToken);
        if (Elsewhere(await ReadAsync()) is { } after && after.IAmAliveTime != before.IAmAliveTime)
            throw new NameTakenException(
                $"A node named {options.Name} is alive at {after.SiloAddress.Endpoint}. Each node of a cluster needs a name of its own: " +
                "choose --node.");
    }

    private async Task<List<MembershipEntry>> ReadAsync() => [.. (await table.ReadAllAsync(default)).Members
        .Select(member => member.Item1)
        .Where(entry => entry.SiloName == MemberName.Of(options.Number, options.Name))];

    // On our own address, it can only be an earlier process of ours: the port can be bound once.
    private MembershipEntry? Elsewhere(List<MembershipEntry> rows) => rows.Find(entry =>
        entry.Status is SiloStatus.Active or SiloStatus.Joining && !entry.SiloAddress.Endpoint.Equals(options.Advertised));
}

/// <summary>Another node of the cluster has this name or number. The message says what to do.</summary>
public sealed class NameTakenException(string message) : Exception(message);
