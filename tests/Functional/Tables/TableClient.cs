using StackExchange.Redis;
using Steelyard.Fabric.Tables;

namespace Steelyard.Tests.Functional.Tables;

/// <summary>Claims and copies of one node, with its own connections to a server of either kind.</summary>
internal sealed class TableClient : IAsyncDisposable
{
    private readonly ConnectionMultiplexer? redis;
    private readonly PostgresDatabase? postgres;
    private readonly TimeSpan deadline;

    private TableClient(ConnectionMultiplexer? redis, PostgresDatabase? postgres, TimeSpan deadline)
    {
        this.redis = redis;
        this.postgres = postgres;
        this.deadline = deadline;
    }

    public static async Task<TableClient> ConnectAsync(string address, double seconds)
    {
        var (parsed, deadline) = (TableAddress.Parse(address), TimeSpan.FromSeconds(seconds));
        return parsed.Kind == TableKind.Redis
            ? new(await ConnectionMultiplexer.ConnectAsync(parsed.ToRedis(deadline)), null, deadline)
            : new(null, new(parsed, deadline), deadline);
    }

    public IClaims Of(string cluster) =>
        redis is null ? new PostgresClaims(postgres!, cluster) : new RedisClaims(redis, cluster, deadline);

    public ISessionCopies CopiesOf(string cluster) =>
        redis is null ? new PostgresSessionCopies(postgres!, cluster) : new RedisSessionCopies(redis, cluster, deadline);

    public async ValueTask DisposeAsync()
    {
        if (redis is not null)
            await redis.DisposeAsync();
        if (postgres is not null)
            await postgres.DisposeAsync();
    }
}
