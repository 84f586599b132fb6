namespace Steelyard.History;

/// <summary>The data directory cannot be used; the message says why and what to do.</summary>
public sealed class DataDirectoryException(string path, string problem, Exception? inner = null) : IOException(
    $"Cannot use the data directory {path}: {problem.TrimEnd('.')}. If another orchestrator uses it, stop that orchestrator or choose " +
    "another --data-dir. To run without a history, use --history none.",
    inner);

/// <summary>The history cannot be read now. Live sessions do not depend on it.</summary>
public sealed class HistoryUnavailableException(string why, Exception inner) : Exception(
    $"The history of ended sessions cannot be read now: {why}. Live sessions are not affected.", inner);

/// <summary>A key has too many reads of the history waiting. The limit is per key, so that other keys do not wait for them.</summary>
public sealed class HistoryBusyException(int underWay, int waiting) : Exception(
    $"This key has {underWay} reads of the history of ended sessions in progress and {waiting} waiting. Retry when some of them are done.");
