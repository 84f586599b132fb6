namespace Steelyard.History;

/// <summary>The data directory cannot be used; the message says why and what to do.</summary>
public sealed class DataDirectoryException(string path, string problem, Exception? inner = null) : IOException(
    $"Cannot use the data directory {path}: {problem.TrimEnd('.')}. If another orchestrator uses it, stop that one or choose another --data-dir; --history none does without.", inner);

/// <summary>The history cannot be read now. Live sessions do not depend on it.</summary>
public sealed class HistoryUnavailableException(string why, Exception inner) : Exception(
    $"The history of ended sessions cannot be read now: {why}. Live sessions are served as ever.", inner);

/// <summary>This key asks for more of the history than it may at a time; others are not kept waiting by it.</summary>
public sealed class HistoryBusyException(int underWay, int waiting) : Exception(
    $"This key has {underWay} reads of the history of ended sessions under way, and {waiting} that wait: ask again when some of them are answered.");
