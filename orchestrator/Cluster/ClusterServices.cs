using Steelyard.Cluster.Views;
using Steelyard.Events;
using Steelyard.Fabric;
using Steelyard.Pool;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Cluster;

/// <summary>Registers what a node of a cluster has more than one that is alone.</summary>
internal static class ClusterServices
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
            builder.Services.AddSingleton<IFabric, LocalFabric>();
            return;
        }

        var certificate = new ClusterCertificate(secret, options.NodeName);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => PeerListener.Listen(kestrel, certificate, options));
        builder.Services
            .AddSingleton(certificate)
            .AddSingleton<ChosenIdClaims>()
            .AddSingleton<PeerForwarder>()
            .AddSingleton<PartCollector>()
            .AddSingleton<PagedViews>()
            .AddSingleton<IFabric>(all => Join(all, secret, options, time));
    }

    public static void UseCluster(this WebApplication app, Options options)
    {
        if (!options.IsClustered)
            return;
        app.UseMiddleware<NodeViews>();
        app.UseMiddleware<MergedViews>();
        app.UseMiddleware<SessionRouter>();
        app.UseMiddleware<CreateRouter>();
    }

    private static LocalNode Callbacks(IServiceProvider services)
    {
        var events = services.GetRequiredService<NodeEvents>();
        return new(
            services.GetRequiredService<OwnState>().Read,
            services.GetRequiredService<Reservations>().TryKeep,
            name => events.Publish(new PeerJoined(name)),
            name => events.Publish(new PeerLost(name)),
            why => CutOff(services, events, why));
    }

    private static void CutOff(IServiceProvider services, NodeEvents events, string why)
    {
        events.Publish(new NodeCutOff(why));
        var sessions = services.GetRequiredService<SessionRegistry>();
        foreach (var session in sessions.Live)
            sessions.End(session, EndReason.WorkerLost, $"its node was cut off from the cluster: {why}");
    }

    private static OrleansFabric Join(IServiceProvider services, ClusterSecret secret, Options options, TimeProvider time) => new(
        new(
            options.Cluster,
            options.ClusterName,
            options.NodeName,
            options.NodeNumber,
            options.Advertise,
            new(PeerListener.ListenAddress(options), options.Advertise.Port),
            secret),
        Callbacks(services),
        time,
        services.GetRequiredService<ILoggerFactory>());
}

/// <summary>There is no usable secret. The message says why.</summary>
internal sealed class ClusterSecretException(string message) : Exception(message);
