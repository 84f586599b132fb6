using System.Globalization;

namespace Steelyard.Client;

/// <summary>What people read instead of codes.</summary>
internal static class Words
{
    /// <summary>Why a session has ended, and what to do.</summary>
    public static (string Why, string Remedy) End(EndedSession end) => (end.Reason, end.Cause) switch
    {
        ("deleted", _) => ("It was released.", ""),
        ("expired", _) when end.MaxAgeSeconds is { } age && (end.EndedAt - end.CreatedAt).TotalSeconds >= age => (
            $"It had reached its greatest age, {Span(TimeSpan.FromSeconds(age))}.",
            "If its client still needed it: a longer timeout at its create, or --session-max-age."),
        ("expired", _) => (
            $"Nobody used it for {Span(TimeSpan.FromSeconds(end.TtlSeconds))}.",
            "If its client still needed it: keep a client attached, or a longer inactivityTimeout at its create, or --session-ttl."),
        ("drained", _) => ("The node shut down.", "Start it with --on-shutdown leave to keep sessions over a restart."),
        (_, "out_of_memory") => (
            "Its browser needed more memory than a worker may have.",
            "Raise --worker-memory, or open fewer pages at a time."),
        (_, "machine_out_of_memory") => (
            "The machine had no memory left, and this worker used the most.", "Lower --max-workers, or give the machine more memory."),
        (_, "too_many_processes") => (
            "Its browser started more processes than a worker may have.",
            "Raise --worker-processes, or open fewer pages at a time."),
        (_, "out_of_disk") => ("Its files were larger than a worker's may be.", "Raise --worker-disk, or delete downloads earlier."),
        (_, "hung") => (
            "Its worker did not answer any more.",
            "Look at the last requests in the timeline: the page may have kept the browser busy."),
        (_, "crashed") => (
            "Its worker died.",
            "Look at the last events in the timeline, and at the worker's last lines (steelyard workers ls, or the page Workers)."),
        (_, "wrong_answer") => ("Its worker gave a wrong answer, so it was not trusted any more.", "Check the --worker program."),
        (_, "stopped_by_operator") => ("An operator stopped its worker.", ""),
        (_, "node_lost") => ("Its node is lost.", "Look at the machine of that node: steelyard nodes, or the page Nodes."),
        (_, "node_cut_off") => (
            "Its node was cut off from the cluster, and had to give it up.",
            "Look at the network between the nodes, and at the log of that node."),
        _ => ("It lost its worker.", "Look at the last events in the timeline."),
    };

    /// <summary>That a list is not whole; null when it is.</summary>
    /// <param name="what">What the list is of.</param>
    /// <param name="missing">The nodes that did not answer.</param>
    public static string? Missing(string what, IReadOnlyList<string>? missing) => missing switch
    {
        null or [] => null,
        [var one] => $"Node {one} does not answer: its {what} are missing here.",
        _ => $"Nodes {string.Join(", ", missing.SkipLast(1))} and {missing[^1]} do not answer: their {what} are missing here.",
    };

    /// <summary>The end of an id: its begin is the same for all sessions of a node.</summary>
    public static string ShortId(string id) => id.Length > 8 ? $"…{id[^8..]}" : id;

    public static string Bytes(long bytes) => bytes switch
    {
        < 1000 => $"{bytes} B",
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.##} GB"),
    };

    public static string Span(TimeSpan span) => span.TotalSeconds switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0} ms"),
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.#} s"),
        < 3600 => $"{(int)span.TotalMinutes} min {span.Seconds} s",
        < 86_400 => $"{(int)span.TotalHours} h {span.Minutes} min",
        _ => $"{(int)span.TotalDays} d {span.Hours} h",
    };

    /// <summary>An event of the node, in a line.</summary>
    public static string Event(NodeEvent e) => e.Type switch
    {
        "session.created" => $"created on {e.Worker}{After(e)}",
        "session.attached" => $"{e.Detail ?? "a client"} attached",
        "session.detached" => $"a client detached: {e.Detail}",
        "session.dialog_opened" => $"a page waits in a dialog: {e.Detail}",
        "session.dialog_closed" => "the dialog is closed",
        "session.restored" => $"restored on {e.Worker}: {e.Detail}",
        "session.ended" => $"ended: {e.Reason}{(e.Cause is null ? "" : $" ({e.Cause})")}, {e.Detail}",
        "worker.started" => $"{e.Worker} starts",
        "worker.ready" => $"{e.Worker} is ready{After(e)}",
        "session.recording_deleted" => $"its recording is deleted {e.Detail}",
        "worker.stop_asked" => $"a stop of {e.Worker} is asked {e.Detail}",
        "worker.stopping" => $"{e.Worker} is stopped: {e.Reason}",
        "worker.exited" => $"{e.Worker} exited: {e.Detail}",
        "slot.parked" => $"a slot pauses for {Seconds(e)}: {e.Detail}",
        "starts.failed" => $"workers fail at their start: {e.Detail}",
        "starts.succeeded" => $"workers start again: {e.Worker}",
        "create.refused" => $"a create was refused: {e.Detail}",
        "node.joined" => $"node {e.Detail} is here",
        "node.lost" => $"node {e.Detail} is lost",
        "node.drain_asked" => $"a drain of this node is asked {e.Detail}",
        "node.cut_off" => $"this node gives up its sessions: {e.Detail}",
        _ => $"{e.Type} {e.Detail}",
    };

    /// <summary>Whether an event is one that somebody should look at.</summary>
    public static bool IsTrouble(NodeEvent e) =>
        e.Type is "slot.parked" or "starts.failed" or "create.refused" or "session.dialog_opened" or "node.lost" or "node.cut_off"
        || e is { Type: "worker.exited", Cause: "crashed" } or { Type: "session.ended", Reason: "worker_lost" };

    private static string After(NodeEvent e) => e.Seconds is null ? "" : $" after {Seconds(e)}";

    private static string Seconds(NodeEvent e) => Span(TimeSpan.FromSeconds(e.Seconds ?? 0));
}
