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
    /// <summary>The name in the API and in logs.</summary>
    public static string Name(this EndReason reason) => reason switch
    {
        EndReason.Deleted => "deleted",
        EndReason.Expired => "expired",
        EndReason.WorkerLost => "worker_lost",
        EndReason.Drained => "drained",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, null),
    };
}
