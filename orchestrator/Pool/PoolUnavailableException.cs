using System.Globalization;
using Steelyard.WorkerHttp;

namespace Steelyard.Pool;

/// <summary>No worker is available now. The message says why; a retry after <see cref="RetryAfter"/> may succeed.</summary>
public sealed class PoolUnavailableException : Exception
{
    private PoolUnavailableException(string message, TimeSpan retryAfter)
        : base(message) => RetryAfter = retryAfter;

    public TimeSpan RetryAfter { get; }

    /// <summary>The cause for programs, such as <c>queue_full</c>: one of few words.</summary>
    public string Cause { get; private init; } = "unavailable";

    /// <summary>The only cause is that there are too many callers.</summary>
    public bool IsOverload { get; private init; }

    /// <summary>This node accepts no more sessions.</summary>
    public bool IsShutdown { get; private init; }

    /// <param name="limit">Number of creates that may wait.</param>
    /// <param name="wait">How long the last of them is expected to wait.</param>
    public static PoolUnavailableException QueueFull(int limit, TimeSpan wait) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"All workers are busy and {limit} creates are waiting. Delete sessions, raise --max-workers or --queue-limit, or retry."),
        wait)
    {
        Cause = "queue_full",
        IsOverload = true,
    };

    /// <param name="cause">How the last start of a worker failed; null when starts succeed.</param>
    /// <param name="wait">How long the last create in line is expected to wait.</param>
    public static PoolUnavailableException WaitOver(string? cause, TimeSpan wait) => new(
        "No worker became free within --queue-timeout. Delete sessions, raise --max-workers or --queue-timeout, or retry."
            + (cause is null ? "" : $" The last start of a worker failed: {cause}."),
        wait)
    {
        Cause = "queue_timeout",
        IsOverload = true,
    };

    /// <param name="failures">Number of starts that failed in a row.</param>
    /// <param name="cause">How the last start failed.</param>
    /// <param name="nextStart">Time until the next start.</param>
    public static PoolUnavailableException StartsFail(int failures, string? cause, TimeSpan nextStart) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"No worker is free, and {failures} starts in a row have failed, the last one "
                + $"with: {cause}. The node keeps trying; its log has the worker's last output. Fix the --worker program, or retry."),
        nextStart > TimeSpan.FromSeconds(1) ? nextStart : TimeSpan.FromSeconds(1))
    {
        Cause = "starts_fail",
    };

    /// <summary>The session's worker was lost, and the session is not yet restored on another one.</summary>
    public static PoolUnavailableException BeingRestored() =>
        new("The session's worker was lost, and the session is being restored on another one. Retry.", TimeSpan.FromSeconds(1));

    /// <summary>What a caller is told after an error for which the worker is not to blame; null after another error.</summary>
    public static PoolUnavailableException? Of(WorkerError error) => error switch
    {
        WorkerError.Busy => NoConnection(),
        WorkerError.Late => NodeWasLate(),
        _ => null,
    };

    /// <summary>Too many calls to the worker are in progress, or no descriptor is left for another one.</summary>
    public static PoolUnavailableException NoConnection() => new(
        "Too many requests for this session are in progress, or this node has no file descriptors left. Retry; if the problem persists, "
            + "raise the limit of open files.",
        TimeSpan.FromSeconds(1));

    /// <summary>The session's worker works, but waits for a processor of the machine.</summary>
    public static PoolUnavailableException Starved() => new(
        "This machine lacks processors: the session's worker has waited for one longer than --worker-timeout. The session is still alive; "
            + "retry. If the problem persists, lower --max-workers.",
        TimeSpan.FromSeconds(2));

    private static PoolUnavailableException NodeWasLate() => new(
        "This node did not run for a while, as on a machine that was paused, and does not know its worker's answer. The session is still "
            + "alive; retry.",
        TimeSpan.FromSeconds(1));

    public static PoolUnavailableException NotWrittenDown(string reason) => new(
        $"The session cannot be written down in the run directory, so a restart of this node would lose it: {reason} Free disk space there "
            + "and retry.",
        TimeSpan.FromSeconds(1));

    /// <param name="reason">Why, in a sentence.</param>
    public static PoolUnavailableException NoHome(string reason) => new(
        $"The cluster's table must say which node has the session now. {reason}", TimeSpan.FromSeconds(1))
    {
        Cause = "no_table",
    };

    public static PoolUnavailableException NoTable(string reason) => new(
        $"The client chose this session's id, so the cluster's table must say which node has it. {reason}", TimeSpan.FromSeconds(1))
    {
        Cause = "no_table",
    };

    public static PoolUnavailableException NoneReady() => new("No worker is ready. Retry.", TimeSpan.FromSeconds(1));

    public static PoolUnavailableException TooManyClients() =>
        new("Too many clients are attached: see --max-attached. Retry.", TimeSpan.FromSeconds(1));

    public static PoolUnavailableException WorkersFailed(int tries, string last) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{tries} workers failed to create the session, the last one with: {last}. They were stopped; retry."),
        TimeSpan.FromSeconds(1));

    public static PoolUnavailableException ShuttingDown() =>
        new("This node is shutting down. Retry on another node.", TimeSpan.FromSeconds(5))
        {
            Cause = "shutdown",
            IsShutdown = true,
        };
}
