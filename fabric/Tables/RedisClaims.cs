using StackExchange.Redis;

namespace Steelyard.Fabric.Tables;

/// <summary>Claims in Redis: a key each. A call is one script, which Redis runs as a whole.</summary>
public sealed class RedisClaims : IClaims
{
    private const string Claim =
        """
        local present = redis.call('GET', KEYS[1])
        if present and present ~= ARGV[1] then return present end
        if ARGV[2] == '' then redis.call('SET', KEYS[1], ARGV[1]) else redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
        return ARGV[1]
        """;

    private const string Release =
        """
        if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
        return 0
        """;

    private readonly RedisDatabase database;
    private readonly string prefix;

    /// <param name="redis">Shared, and not disposed here; made from <see cref="TableAddress.ToRedis"/>.</param>
    /// <param name="clusterId">Its keys are apart from those of other clusters.</param>
    /// <param name="deadline">Of each call; more than zero.</param>
    /// <param name="time">For the deadline; null for the machine's.</param>
    public RedisClaims(IConnectionMultiplexer redis, string clusterId, TimeSpan deadline, TimeProvider? time = null)
    {
        database = new(redis, deadline, time ?? TimeProvider.System);
        prefix = RedisDatabase.Prefix(clusterId) + "claim:";
    }

    public Task<string> ClaimAsync(string key, string owner, TimeSpan? life, CancellationToken cancellationToken = default)
    {
        Claims.Check(owner, life);
        RedisValue milliseconds = life is { } limited ? (long)Math.Ceiling(limited.TotalMilliseconds) : "";
        return database.RunAsync(
            $"claim {key}", async data => (string)(await data.ScriptEvaluateAsync(Claim, [prefix + key], [owner, milliseconds]))!,
            cancellationToken);
    }

    public Task<string?> FindAsync(string key, CancellationToken cancellationToken = default) =>
        database.RunAsync($"find {key}", async data => (string?)await data.StringGetAsync(prefix + key), cancellationToken);

    public Task ReleaseAsync(string key, string owner, CancellationToken cancellationToken = default) =>
        database.RunAsync($"release {key}", data => data.ScriptEvaluateAsync(Release, [prefix + key], [owner]), cancellationToken);
}
