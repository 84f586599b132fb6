using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Connections.Security;
using Steelyard.Fabric.Calls;

namespace Steelyard.Fabric.Membership;

/// <summary>One incarnation of this node in the cluster: an Orleans silo, with services of its own.</summary>
internal sealed class SiloHost : IAsyncDisposable
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(2);

    private readonly IHost host;

    private SiloHost(IHost host) => this.host = host;

    public SiloAddress Address => host.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;

    public Tenure Tenure => host.Services.GetRequiredService<Tenure>();

    public IMembershipTable Table => host.Services.GetRequiredService<IMembershipTable>();

    public NodeServiceClient Nodes => host.Services.GetRequiredService<NodeServiceClient>();

    public IClusterMembershipService Members => host.Services.GetRequiredService<IClusterMembershipService>();

    public IQueueGrain Queue => host.Services.GetRequiredService<IGrainFactory>().GetGrain<IQueueGrain>(0);

    /// <summary>Completes with the reason when the others have declared this incarnation dead, or it cannot go on.</summary>
    public Task<string> Ended => host.Services.GetRequiredService<FatalErrors>().Ended;

    /// <summary>Joins the cluster. Returns when the node is a member. Throws <see cref="NameTakenException"/>.</summary>
    /// <param name="parts">What it is made of.</param>
    /// <param name="generations">Those that the process has tried.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<SiloHost> StartAsync(SiloParts parts, Generations generations, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Services.AddSingleton(parts.Loggers);
        builder.Services.TryAdd(ServiceDescriptor.Singleton(typeof(ILogger<>), typeof(Logger<>)));
        builder.UseOrleans(silo => Configure(silo, parts));
        var host = builder.Build();
        try
        {
            var check = new NameCheck(host.Services.GetRequiredService<IMembershipTable>(), parts.Options);
            host.Services.GetRequiredService<OwnSilo>().Choose(generations.Next(await check.RunAsync(cancellationToken)));
            await host.StartAsync(cancellationToken);
        }
        catch
        {
            host.Dispose();
            throw;
        }

        return new(host);
    }

    /// <summary>The address of a node that is a member; null when it is none.</summary>
    /// <param name="name">See <see cref="MemberName.Key"/>.</param>
    /// <param name="incarnation">Which one; null for any.</param>
    public SiloAddress? Find(string name, long? incarnation = null) => Members.CurrentSnapshot.Members.Values
        .FirstOrDefault(member => member.Status == SiloStatus.Active
            && MemberName.TryParse(member.Name, out var number, out _)
            && MemberName.Key(number) == name
            && (incarnation is null || member.SiloAddress.Generation == incarnation))?.SiloAddress;

    /// <summary>Leaves the cluster.</summary>
    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(StopTime);
        await host.StopAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
    }

    private static void Configure(ISiloBuilder silo, SiloParts parts)
    {
        parts.Table.Use(silo);
        ReadWithLocalTimes(silo.Services);
        Configure(silo, parts.Options, parts.Certificate);
#pragma warning disable ORLEANSEXP003 // Experimental, and measured: the default directory loses a part of the grains when a node dies.
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
        silo.AddGrainService<NodeService>();
        silo.Services
            .AddSingleton(parts.Node)
            .AddSingleton(parts.Verdicts)
            .AddSingleton(parts.Clock)
            .AddSingleton(TimeProvider.System)
            .AddSingleton<NodeServiceClient>()
            .AddSingleton<FatalErrors>()
            .AddSingleton<OwnSilo>()
            .AddSingleton(all => new Tenure(
                MemberName.Key(parts.Options.Number),
                all.GetRequiredService<OwnSilo>().SiloAddress.Generation,
                parts.Options.Tenure))
            .Replace(ServiceDescriptor.Singleton<ILocalSiloDetails>(all => all.GetRequiredService<OwnSilo>()))
            .AddSingleton<IHostLifetime, NoLifetime>()
            .Replace(ServiceDescriptor.Singleton<IFatalErrorHandler>(all => all.GetRequiredService<FatalErrors>()));
    }

    private static void ReadWithLocalTimes(IServiceCollection services)
    {
        var inner = services.Last(service => service.ServiceType == typeof(IMembershipTable));
        services.Replace(ServiceDescriptor.Singleton<IMembershipTable>(all => new LocallyTimedTable(
            (IMembershipTable)(inner.ImplementationInstance ?? inner.ImplementationFactory?.Invoke(all)
                ?? ActivatorUtilities.CreateInstance(all, inner.ImplementationType!)),
            new(TimeProvider.System))));
    }

    // Measured: with these, a killed node is noticed after 2.3 to 2.7 s and a hung one after 2.9 to 3.3 s. With the defaults after 13 and
    // 67 s. The row of a member that is not renewed for 6 s does not hold up one that joins after all others have died.
    private static void Configure(ISiloBuilder silo, FabricOptions options, ClusterCertificate certificate) => silo
        .Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.Cluster, options.Cluster))
        .Configure<SiloOptions>(own => own.SiloName = MemberName.Of(options.Number, options.Name))
        .Configure<EndpointOptions>(endpoint =>
        {
            endpoint.AdvertisedIPAddress = options.Advertised.Address;
            endpoint.SiloPort = options.Advertised.Port;
            endpoint.SiloListeningEndpoint = options.Listen;
            endpoint.GatewayPort = 0;
        })
        .Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = membership.MinProbeTimeout = membership.MaxProbeTimeout = TimeSpan.FromSeconds(1);
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(5);
            membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(2);
            membership.NumMissedTableIAmAliveLimit = 3;
            membership.DefunctSiloExpiration = TimeSpan.FromHours(1);

            // Others tell each other of a node that joins with the times of its own clock, which may be off.
            membership.MaxJoinAttemptTime = TimeSpan.FromMinutes(15);
        })
#pragma warning disable ORLEANSEXP003
        .Configure<GrainDirectoryOptions>(directory => directory.RangeLeaseDuration = TimeSpan.FromSeconds(2)) // The line moves after it.
#pragma warning restore ORLEANSEXP003
        .UseTls(tls =>
        {
            tls.LocalCertificate = certificate.Own;
            tls.RemoteCertificateMode = tls.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
            tls.RemoteCertificateValidation = (found, _, _) => certificate.IsOfCluster(found);
            tls.OnAuthenticateAsClient = (_, client) => client.TargetHost = "steelyard";
        });

    // The node handles signals itself.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
