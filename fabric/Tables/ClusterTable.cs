using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Steelyard.Fabric.Tables;

/// <summary>The server that holds what all nodes of a cluster share: who is a member, and what is claimed.</summary>
public sealed class ClusterTable : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    private readonly TableAddress address;
    private readonly IAsyncDisposable connection;
    private readonly Action<ISiloBuilder> configure;

    /// <summary>Connects when it is needed; a server that cannot be reached yet is no error.</summary>
    public ClusterTable(TableAddress address, string cluster, TimeProvider time)
    {
        this.address = address;
        if (address.Kind == TableKind.Redis)
        {
            var redis = ConnectionMultiplexer.Connect(address.ToRedis(Deadline));
            connection = redis;
            Claims = new RedisClaims(redis, cluster, Deadline, time);
            Copies = new RedisSessionCopies(redis, cluster, Deadline, time);
            configure = silo => silo.UseRedisClustering(options => options.ConfigurationOptions = address.ToRedis(Deadline));
        }
        else
        {
            var database = new PostgresDatabase(address, Deadline, time);
            connection = database;
            Claims = new PostgresClaims(database, cluster);
            Copies = new PostgresSessionCopies(database, cluster);
            configure = silo => silo.Services.AddSingleton<IMembershipTable>(new PostgresMembershipTable(database, cluster));
        }
    }

    public IClaims Claims { get; }

    public ISessionCopies Copies { get; }

    /// <summary>Its address without a password, for people.</summary>
    public string Display => address.Display;

    /// <summary>Lets a silo keep its members here.</summary>
    public void Use(ISiloBuilder silo) => configure(silo);

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
