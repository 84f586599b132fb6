namespace Steelyard.Sessions;

/// <summary>Why a session has ended.</summary>
public enum EndReason
{
    Deleted,
    Expired,
    WorkerLost,
    Drained,
}

public static class EndReasons
{
    /// <summary>The name of a reason in the API and in logs.</summary>
    public static string Name(this EndReason reason) => reason switch
    {
        EndReason.Deleted => "deleted",
        EndReason.Expired => "expired",
        EndReason.WorkerLost => "worker_lost",
        EndReason.Drained => "drained",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, null),
    };

    /// <summary>The reason with this name. Throws <see cref="FormatException"/> when there is no such reason.</summary>
    public static EndReason Parse(string name) =>
        Enum.GetValues<EndReason>() is var all && Array.FindIndex(all, reason => reason.Name() == name) is var index and >= 0
            ? all[index]
            : throw new FormatException($"'{name}' is not an end reason");
}
