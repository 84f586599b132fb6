using Steelyard.Cluster;
using Steelyard.Cluster.Views;
using Steelyard.Events;
using Steelyard.Fabric;
using Steelyard.Fabric.Tables;
using Steelyard.Http;
using Steelyard.Pool;
using Steelyard.Processes;
using Steelyard.Records;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard;

/// <summary>Registers what a node of a cluster has more than one that is alone.</summary>
internal static class NodeCluster
{
    /// <summary>Reads the secret. Throws <see cref="ClusterSecretException"/>.</summary>
    public static ClusterSecret? ReadSecret(Options options)
    {
        if (!options.IsClustered)
            return null;
        try
        {
            return new(File.ReadAllText(options.ClusterSecretFile));
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new ClusterSecretException($"--cluster-secret-file {options.ClusterSecretFile}: {e.Message}");
        }
    }

    public static void AddCluster(this WebApplicationBuilder builder, ClusterSecret? secret, Options options, TimeProvider time)
    {
        builder.Services.AddSingleton<DrainRequest>().AddSingleton<OwnState>().AddSingleton<ClusterQueue>();
        if (secret is null)
        {
            builder.Services.AddSingleton<IFabric>(new LocalFabric(options.NodeNumber)).AddSingleton<IIdClaims, LocalIdClaims>();
            return;
        }

        var certificate = new ClusterCertificate(secret, options.NodeName);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => PeerListener.Listen(kestrel, certificate, options));
        builder.Services
            .AddSingleton(certificate)
            .AddSingleton(new ClusterTable(TableAddress.Parse(options.Cluster), options.ClusterName, time))
            .AddSingleton(all => all.GetRequiredService<ClusterTable>().Claims)
            .AddSingleton(all => all.GetRequiredService<ClusterTable>().Copies)
            .AddSingleton<SessionHomes>()
            .AddSingleton<SessionCopier>()
            .AddSingleton<SessionMoves>()
            .AddSingleton<SessionOwners>()
            .AddSingleton<Takeover>()
            .AddSingleton<ClusterIdClaims>()
            .AddSingleton<ClaimRenewal>()
            .AddSingleton<IIdClaims>(all => all.GetRequiredService<ClusterIdClaims>())
            .AddSingleton(all => new TenureRecord(
                all.GetRequiredService<RunDirectory>(),
                all.GetRequiredService<ILogger<TenureRecord>>(),
                all.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted))
            .AddSingleton<PeerForwarder>()
            .AddSingleton(new RedirectTickets(secret.Derive("tickets"), options.NodeNumber, () => BootClock.Now))
            .AddSingleton<Redirector>()
            .AddSingleton<PartCollector>()
            .AddSingleton<PagedViews>()
            .AddSingleton<IFabric>(all => Join(all, options, time));
    }

    public static void UseCluster(this WebApplication app, Options options)
    {
        app.UseMiddleware<NodeViews>();
        if (!options.IsClustered)
            return;
        app.UseMiddleware<MergedViews>();
        app.UseMiddleware<SessionRouter>();
        app.UseMiddleware<TargetRouter>();
        app.UseMiddleware<CreateRouter>();
    }

    private static LocalNode Callbacks(IServiceProvider services)
    {
        var (events, record) = (services.GetRequiredService<NodeEvents>(), services.GetRequiredService<TenureRecord>());
        return new(
            services.GetRequiredService<OwnState>().Read,
            services.GetRequiredService<Reservations>().TryKeep,
            name => events.Publish(new PeerJoined(name)),
            name => events.Publish(new PeerLost(name)),
            why => CutOff(services, events, why))
        {
            Record = record.Read,
            Write = record.Write,
            EndLeft = () => EndAll(services, "its node was cut off from the cluster"),
        };
    }

    private static void CutOff(IServiceProvider services, NodeEvents events, string why)
    {
        events.Publish(new NodeCutOff(why));
        EndAll(services, $"its node was cut off from the cluster: {why}");
    }

    private static void EndAll(IServiceProvider services, string detail) =>
        services.GetRequiredService<SessionRegistry>().EndAll(EndReason.WorkerLost, detail, SessionEnd.NodeCutOff);

    private static OrleansFabric Join(IServiceProvider services, Options options, TimeProvider time)
    {
        var fabric = Fabric(services, options, time);
        services.GetRequiredService<SessionQuotas>().Elsewhere =
            holder => fabric.Peers.Aggregate(default(KeyUse), (sum, peer) => sum + UseOf(holder, peer.State));
        return fabric;
    }

    private static KeyUse UseOf(string holder, PeerState state) => state.Holders.TryGetValue(holder, out var held)
        ? new(held, state.Creating.GetValueOrDefault(holder), state.CreateRates.GetValueOrDefault(holder), 1)
        : default;

    private static OrleansFabric Fabric(IServiceProvider services, Options options, TimeProvider time) => new(
        new(
            options.ClusterName,
            options.NodeName,
            options.NodeNumber,
            options.Advertise,
            new(PeerListener.ListenAddress(options), options.Advertise.Port),
            TenureOptions.For(options.ClusterGrace)),
        services.GetRequiredService<ClusterTable>(),
        services.GetRequiredService<ClusterCertificate>(),
        Callbacks(services),
        () => BootClock.Now,
        time,
        services.GetRequiredService<ILoggerFactory>());
}

/// <summary>There is no usable secret. The message says why.</summary>
internal sealed class ClusterSecretException(string message) : Exception(message);
