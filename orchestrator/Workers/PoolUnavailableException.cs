using System.Globalization;

namespace Steelyard.Workers;

/// <summary>No worker can be had now. The message says why; asking again after <see cref="RetryAfter"/> may help.</summary>
public sealed class PoolUnavailableException : Exception
{
    private PoolUnavailableException(string message, TimeSpan retryAfter)
        : base(message) => RetryAfter = retryAfter;

    public TimeSpan RetryAfter { get; }

    public static PoolUnavailableException QueueFull(int limit) => new(
        string.Create(CultureInfo.InvariantCulture, $"All workers are busy and {limit} creates wait already. Delete sessions, raise --max-workers or --queue-limit, or retry."),
        TimeSpan.FromSeconds(1));

    public static PoolUnavailableException WaitOver(TimeSpan waited) => new(
        string.Create(CultureInfo.InvariantCulture, $"No worker became free within {waited.TotalSeconds:0.###} s. Delete sessions, raise --max-workers or --queue-timeout, or retry."),
        TimeSpan.FromSeconds(1));

    public static PoolUnavailableException WorkersFailed(int tries, string last) => new(
        string.Create(CultureInfo.InvariantCulture, $"{tries} workers failed to create the session, the last one with: {last}. They were stopped; retry."),
        TimeSpan.FromSeconds(1));

    public static PoolUnavailableException ShuttingDown() => new("This node is shutting down. Retry at another one.", TimeSpan.FromSeconds(5));
}
