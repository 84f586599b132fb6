using System.Net;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Steelyard.Fabric.Membership;

/// <summary>
/// The address of this incarnation. Orleans takes its generation from the clock; a clock that was set back would give a number that the
/// table has already, or one below it, and decision 0022 needs numbers that only grow.
/// </summary>
internal sealed class OwnSilo(
    IOptions<SiloOptions> silo, IOptions<ClusterOptions> cluster, IOptions<EndpointOptions> endpoint) : ILocalSiloDetails
{
    private SiloAddress? address;

    public string Name => silo.Value.SiloName;

    public string ClusterId => cluster.Value.ClusterId;

    public string DnsHostName { get; } = Dns.GetHostName();

    /// <summary>Throws <see cref="InvalidOperationException"/> before <see cref="Choose"/>.</summary>
    public SiloAddress SiloAddress => address ?? throw new InvalidOperationException("The generation is not chosen yet");

    public SiloAddress GatewayAddress => null!; // Clients of Orleans would use it: there are none.

    /// <summary>Chooses the generation.</summary>
    public void Choose(int generation) =>
        address = SiloAddress.New(endpoint.Value.AdvertisedIPAddress!, endpoint.Value.SiloPort, generation);
}

/// <summary>
/// Gives each attempt of a process to join a generation of its own: that of the clock, or the one after those that this node has had. An
/// attempt that failed may have left a row, or may leave one yet. Not thread-safe.
/// </summary>
/// <param name="clock">Grows from one process of a node to the next.</param>
internal sealed class Generations(Func<int> clock)
{
    private int last;

    /// <summary>Returns the next one.</summary>
    /// <param name="seen">The highest one of this node in the table.</param>
    public int Next(int seen) => last = Math.Max(clock(), Math.Max(last, seen) + 1);
}
