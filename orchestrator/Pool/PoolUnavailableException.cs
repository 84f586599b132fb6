using System.Globalization;

namespace Steelyard.Pool;

/// <summary>No worker can be had now. The message says why; asking again after <see cref="RetryAfter"/> may help.</summary>
public sealed class PoolUnavailableException : Exception
{
    private PoolUnavailableException(string message, TimeSpan retryAfter)
        : base(message) => RetryAfter = retryAfter;

    public TimeSpan RetryAfter { get; }

    /// <summary>Nothing is wrong but that there are too many callers.</summary>
    public bool IsOverload { get; private init; }

    /// <summary>This node takes no more sessions.</summary>
    public bool IsShutdown { get; private init; }

    public static PoolUnavailableException QueueFull(int limit) => new(
        string.Create(CultureInfo.InvariantCulture, $"All workers are busy and {limit} creates wait already. Delete sessions, raise --max-workers or --queue-limit, or retry."),
        TimeSpan.FromSeconds(1))
    {
        IsOverload = true,
    };

    /// <param name="cause">How the last start of a worker failed; null when starts succeed.</param>
    public static PoolUnavailableException WaitOver(string? cause) => new(
        "No worker became free within --queue-timeout. Delete sessions, raise --max-workers or --queue-timeout, or retry."
            + (cause is null ? "" : $" The last start of a worker failed: {cause}."),
        TimeSpan.FromSeconds(1))
    {
        IsOverload = true,
    };

    /// <param name="failures">Starts that failed in a row.</param>
    /// <param name="cause">How the last one failed.</param>
    /// <param name="nextStart">Time until the next one.</param>
    public static PoolUnavailableException StartsFail(int failures, string? cause, TimeSpan nextStart) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"No worker is free, and {failures} starts in a row have failed, the last one with: {cause}. The node goes on trying; its log has the worker's last words. Mend the --worker program, or retry."),
        nextStart > TimeSpan.FromSeconds(1) ? nextStart : TimeSpan.FromSeconds(1));

    /// <summary>The session's worker was lost, and no other one has taken it over yet.</summary>
    public static PoolUnavailableException BeingRestored() => new("The session's worker was lost, and the session is being restored on another one. Retry.", TimeSpan.FromSeconds(1));

    /// <summary>Too many calls to the worker are under way, or we have no descriptor left to call it with.</summary>
    public static PoolUnavailableException NoConnection() => new(
        "Too many requests for this session are under way, or this node is out of descriptors. Retry; if it stays so, raise the limit of open files.", TimeSpan.FromSeconds(1));

    /// <summary>The session's worker is well, but the machine lets it do nothing.</summary>
    public static PoolUnavailableException Starved() => new(
        "This machine lacks processors: the session's worker has waited for one longer than --worker-timeout. The session lives on; retry. If it stays so, lower --max-workers.",
        TimeSpan.FromSeconds(2));

    public static PoolUnavailableException NotWrittenDown(string reason) => new(
        $"The session cannot be written down in the run directory, so a restart of this node would lose it: {reason} Make room there and retry.", TimeSpan.FromSeconds(1));

    public static PoolUnavailableException NoneReady() => new("No worker is ready. Retry.", TimeSpan.FromSeconds(1));

    public static PoolUnavailableException TooManyClients() => new("Too many clients are attached: see --max-attached. Retry.", TimeSpan.FromSeconds(1));

    public static PoolUnavailableException WorkersFailed(int tries, string last) => new(
        string.Create(CultureInfo.InvariantCulture, $"{tries} workers failed to create the session, the last one with: {last}. They were stopped; retry."),
        TimeSpan.FromSeconds(1));

    public static PoolUnavailableException ShuttingDown() => new("This node is shutting down. Retry at another one.", TimeSpan.FromSeconds(5)) { IsShutdown = true };
}
