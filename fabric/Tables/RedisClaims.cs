using System.Globalization;
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

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly IConnectionMultiplexer redis;
    private readonly string prefix;
    private readonly TimeSpan deadline;
    private readonly TimeProvider time;
    private readonly string server;

    /// <param name="redis">Shared, and not disposed here; made from <see cref="TableAddress.ToRedis"/>.</param>
    /// <param name="clusterId">Its keys are apart from those of other clusters.</param>
    /// <param name="deadline">Of each call; more than zero.</param>
    /// <param name="time">For the deadline; null for the machine's.</param>
    public RedisClaims(IConnectionMultiplexer redis, string clusterId, TimeSpan deadline, TimeProvider? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        this.redis = redis;
        this.deadline = deadline;
        this.time = time ?? TimeProvider.System;

        // The length keeps the keys of cluster "a" apart from those of cluster "a:b".
        prefix = string.Create(CultureInfo.InvariantCulture, $"steelyard:{clusterId.Length}:{clusterId}:claim:");
        server = "redis://" + string.Join(',', redis.GetEndPoints().Select(Format));
    }

    public Task<string> ClaimAsync(string key, string owner, TimeSpan? life, CancellationToken cancellationToken = default)
    {
        Claims.Check(owner, life);
        RedisValue milliseconds = life is { } limited ? (long)Math.Ceiling(limited.TotalMilliseconds) : "";
        return RunAsync(
            $"claim {key}", async data => (string)(await data.ScriptEvaluateAsync(Claim, [prefix + key], [owner, milliseconds]))!,
            cancellationToken);
    }

    public Task<string?> FindAsync(string key, CancellationToken cancellationToken = default) =>
        RunAsync($"find {key}", async data => (string?)await data.StringGetAsync(prefix + key), cancellationToken);

    public Task ReleaseAsync(string key, string owner, CancellationToken cancellationToken = default) =>
        RunAsync($"release {key}", data => data.ScriptEvaluateAsync(Release, [prefix + key], [owner]), cancellationToken);

    private Task<T> RunAsync<T>(string purpose, Func<IDatabase, Task<T>> work, CancellationToken token) =>
        PoolThreads.OnPoolAsync(async () =>
        {
            try
            {
                return await TryAsync(work, token).WithinAsync(deadline, time, token);
            }
            catch (TimeoutException e)
            {
                throw TableUnavailableException.Late(purpose, server, deadline, e);
            }
            catch (RedisConnectionException e)
            {
                throw TableUnavailableException.Of(purpose, server, Lost(e), e);
            }
            catch (RedisException e)
            {
                throw TableUnavailableException.Of(
                    purpose, server, $"Redis refuses: {Sentence(e.Message)} Correct the server's settings, or use another.", e);
            }
        });

    // A server that restarts is back soon, and each call can be made again: its second time changes nothing.
    private async Task<T> TryAsync<T>(Func<IDatabase, Task<T>> work, CancellationToken token)
    {
        using var late = new CancellationTokenSource(deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(token, late.Token);
        while (true)
        {
            token.ThrowIfCancellationRequested();
            try
            {
                return await work(redis.GetDatabase());
            }
            catch (RedisConnectionException e) when (!late.IsCancellationRequested && !IsRefused(e))
            {
                await Task.Delay(Pause, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (late.IsCancellationRequested)
                    throw;
            }
        }
    }

    private static bool IsRefused(Exception? e) => e switch
    {
        null => false,
        RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } => true,
        AggregateException many => many.InnerExceptions.Any(IsRefused),
        _ => IsRefused(e.InnerException),
    };

    // The client's own message is long, and about its queues.
    private static string Lost(RedisConnectionException e) => IsRefused(e)
        ? "Redis does not accept the user or password. Correct those of the cluster's address."
        : "there is no connection. Look whether the server runs, and whether this machine can reach it.";

    private static string Sentence(string text) => text.TrimEnd('.') + ".";

    private static string Format(System.Net.EndPoint end) => end is System.Net.DnsEndPoint name
        ? string.Create(CultureInfo.InvariantCulture, $"{name.Host}:{name.Port}")
        : end.ToString()!;
}
