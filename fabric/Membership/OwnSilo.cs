using System.Net;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Steelyard.Fabric.Membership;

/// <summary>
/// The address of this incarnation. Orleans takes its generation from the clock; a clock that was set back would give a number that the
/// table has already, or one below it, and decision 0022 needs numbers that only grow.
/// </summary>
internal sealed class OwnSilo(IOptions<SiloOptions> silo, IOptions<ClusterOptions> cluster, IOptions<EndpointOptions> endpoint) : ILocalSiloDetails
{
    private SiloAddress? address;

    public string Name => silo.Value.SiloName;

    public string ClusterId => cluster.Value.ClusterId;

    public string DnsHostName { get; } = Dns.GetHostName();

    /// <summary>Throws <see cref="InvalidOperationException"/> before <see cref="Choose"/>.</summary>
    public SiloAddress SiloAddress => address ?? throw new InvalidOperationException("The generation is not chosen yet");

    public SiloAddress GatewayAddress => null!; // Clients of Orleans would use it: there are none.

    /// <summary>Chooses the generation: that of the clock, or the one after those that this node has had.</summary>
    public void Choose(int least) =>
        address = SiloAddress.New(
            endpoint.Value.AdvertisedIPAddress!, endpoint.Value.SiloPort, Math.Max(SiloAddress.AllocateNewGeneration(), least));
}
