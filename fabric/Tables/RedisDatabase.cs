using System.Globalization;
using StackExchange.Redis;

namespace Steelyard.Fabric.Tables;

/// <summary>
/// Calls to a Redis that all nodes share. Each has a deadline, whatever the server does, begins on the thread pool and ends there. Each
/// must be repeatable: it is made again while its connection is lost, as all are after a restart of the server.
/// </summary>
internal sealed class RedisDatabase
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly IConnectionMultiplexer redis;
    private readonly TimeSpan deadline;
    private readonly TimeProvider time;
    private readonly string server;

    /// <param name="redis">Shared, and not disposed here; made from <see cref="TableAddress.ToRedis"/>.</param>
    /// <param name="deadline">Of each call; more than zero.</param>
    /// <param name="time">For the deadline.</param>
    public RedisDatabase(IConnectionMultiplexer redis, TimeSpan deadline, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        (this.redis, this.deadline, this.time) = (redis, deadline, time);
        server = "redis://" + string.Join(',', redis.GetEndPoints().Select(Format));
    }

    /// <summary>Keys of a cluster begin with this. The length keeps those of cluster "a" apart from those of cluster "a:b".</summary>
    public static string Prefix(string clusterId) =>
        string.Create(CultureInfo.InvariantCulture, $"steelyard:{clusterId.Length}:{clusterId}:");

    /// <summary>
    /// Throws <see cref="TableUnavailableException"/>, and <see cref="OperationCanceledException"/> when the caller has cancelled.
    /// </summary>
    /// <param name="purpose">For the message of a failure, as in "read the members".</param>
    /// <param name="work">The call.</param>
    /// <param name="token">Ends the wait.</param>
    public Task<T> RunAsync<T>(string purpose, Func<IDatabase, Task<T>> work, CancellationToken token) =>
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

    // A server that restarts is back soon.
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
