namespace Steelyard.Dialects.Operator;

/// <summary>Why a node cannot take sessions, or loses what it should keep, in words, and what to do about it.</summary>
internal static class Readiness
{
    /// <summary>Returns the problems, those that count most first; none when all is well.</summary>
    public static List<ReadinessProblem> Problems(NodeState state)
    {
        List<ReadinessProblem> problems = [];
        var pool = state.Pool;
        if (state.IsClosing)
            problems.Add(new(
                "shutdown",
                "This node is shutting down or draining: it takes no new sessions.",
                "Use another node, or start it again."));
        if (pool.AreStartsFailing)
            problems.Add(new(
                "starts_fail",
                $"Workers fail at their start, {pool.StartFailures} times in a row: one is tried at a time, after growing pauses. " +
                Last(state),
                "Mend what its last lines name. Else check that the browser is installed and that the disk has space " +
                "(steelyard doctor), and --worker."));
        else if (pool.Ready + pool.Leased == 0 && pool.Slots + state.Warm > 0)
            problems.Add(new(
                "no_worker",
                $"No worker is ready; {pool.Starting} are starting. {Last(state)}",
                "Wait a few seconds. If it stays so, the worker program cannot start: look at its last lines."));
        if (pool.IsThrashing)
            problems.Add(new(
                "thrashing",
                $"Workers fail again and again: {pool.Parked} of {pool.Slots} slots are parked. {Last(state)}",
                "Find the cause in the last exits of the workers: memory (--worker-memory), a page that crashes the browser, or the " +
                "program."));
        if (pool.Queued >= pool.QueueLimit)
            problems.Add(new("queue_full", $"The queue is full. {Waiting(state)}", More(state)));
        else if (pool.Queued > 0 && pool.Leased >= pool.Max)
            problems.Add(new("busy", $"All {pool.Max} workers have a session. {Waiting(state)}", More(state), IsFatal: false));
        AddLosses(problems, state);
        return problems;
    }

    private static void AddLosses(List<ReadinessProblem> problems, NodeState state)
    {
        const string remedy = "Give the disk of --data-dir space, or let the node's user write there. What is lost is not written later.";
        if (state.HistoryLost > 0)
            problems.Add(new(
                "history_lost",
                $"{state.HistoryLost} ended sessions could not be written to the history. They are known until the next start only. " +
                $"The last time: {state.HistoryTrouble.TrimEnd('.')}.",
                remedy,
                IsFatal: false));
        if (state.RecordingTrouble is { } trouble)
            problems.Add(new("recordings_lost", $"Recordings cannot be kept now: {trouble}", remedy, IsFatal: false));
    }

    private static string Waiting(NodeState state) =>
        $"{state.Pool.Queued} creates wait, the first for {state.Pool.OldestWait?.TotalSeconds ?? 0:0} s. " +
        $"{state.IdleSessions} of {state.Pool.Leased} sessions have been idle for more than {NodeState.LongIdle.TotalSeconds:0} s.";

    private static string More(NodeState state) => state.IdleSessions > 0
        ? "Release the sessions that nobody uses: the list of sessions has their idle times. A shorter --session-ttl ends them sooner."
        : "Raise --max-workers if the machine has memory and processors for it, release sessions, or add a node.";

    private static string Last(NodeState state)
    {
        if (state.Pool.LastExit is not { } exit)
            return "";
        return $"The last one ended with: {exit}." + (state.LastWords is { } words ? $" {words.Trim()}" : "");
    }
}
