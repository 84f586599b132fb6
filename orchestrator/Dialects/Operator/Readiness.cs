using Steelyard.Pool;
using Steelyard.Settings;

namespace Steelyard.Dialects.Operator;

/// <summary>Why a node cannot take sessions, in words, and what to do about it.</summary>
internal static class Readiness
{
    /// <summary>Returns the problems; none when the node is ready.</summary>
    /// <param name="status">The pool's numbers.</param>
    /// <param name="isClosing">The node shuts down or drains.</param>
    /// <param name="options">The limits.</param>
    public static List<ReadinessProblem> Problems(PoolStatus status, bool isClosing, Options options)
    {
        List<ReadinessProblem> problems = [];
        if (isClosing)
            problems.Add(new(
                "shutdown",
                "This node is shutting down or draining: it takes no new sessions.",
                "Use another node, or start it again."));
        if (status.Ready + status.Leased == 0 && status.Slots + options.Warm > 0)
            problems.Add(new(
                "no_worker",
                $"No worker is ready; {status.Starting} are starting. {LastExit(status)}",
                "Wait a few seconds. If it stays so, the worker program cannot start: its last lines are in the node's log."));
        if (status.AreStartsFailing)
            problems.Add(new(
                "starts_fail",
                $"Workers fail at their start, {status.StartFailures} times in a row: one is tried at a time. {LastExit(status)}",
                "Look at \"died by itself\" in the node's log. Check that the browser is installed, that the disk has space, " +
                "and --worker."));
        if (status.IsThrashing)
            problems.Add(new(
                "thrashing",
                $"Workers fail again and again: {status.Parked} of {status.Slots} slots are parked. {LastExit(status)}",
                "Find the cause in the last exits of the workers: memory (--worker-memory), a page that crashes the browser, or the " +
                "program."));
        if (status.Queued >= status.QueueLimit)
            problems.Add(new(
                "queue_full",
                $"The queue is full: {status.Queued} creates wait.",
                "Raise --max-workers if the machine has memory and processors for it, release sessions, or add a node."));
        return problems;
    }

    private static string LastExit(PoolStatus status) => status.LastExit is { } exit ? $"The last one ended with: {exit}." : "";
}
