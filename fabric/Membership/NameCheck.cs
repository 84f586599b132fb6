namespace Steelyard.Fabric.Membership;

/// <summary>Refuses to join while another node of the same name is alive: both would serve the same sessions.</summary>
internal sealed class NameCheck(IMembershipTable table, FabricOptions options)
{
    // A living node writes into its row every two seconds. Only the change tells: clocks may differ.
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(6);

    /// <summary>Throws <see cref="NameTakenException"/>.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await table.InitializeMembershipTableAsync(true, cancellationToken);
        if (await FindAsync() is not { } before)
            return;
        await Task.Delay(SignOfLife, cancellationToken);
        if (await FindAsync() is { } after && after.IAmAliveTime != before.IAmAliveTime)
            throw new NameTakenException(
                $"A node named {options.Name} is alive at {after.SiloAddress.Endpoint}. Each node of a cluster needs a name of its own: " +
                "choose --node.");
    }

    // On our own address, it can only be an earlier process of ours: the port can be bound once.
    private async Task<MembershipEntry?> FindAsync() => (await table.ReadAllAsync(default)).Members.Select(member => member.Item1)
        .FirstOrDefault(entry => entry.Status is SiloStatus.Active or SiloStatus.Joining
            && entry.SiloName == MemberName.Of(options.Number, options.Name)
            && !entry.SiloAddress.Endpoint.Equals(options.Advertised));
}

/// <summary>Another node of the cluster has this name or number. The message says what to do.</summary>
public sealed class NameTakenException(string message) : Exception(message);
