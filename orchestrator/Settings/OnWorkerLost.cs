namespace Steelyard.Settings;

/// <summary>What happens to a session whose worker died.</summary>
public enum OnWorkerLost
{
    /// <summary>The session ends, and its 404 has the reason <c>worker_lost</c>.</summary>
    End,

    /// <summary>The session is created again on another worker, from its original body and under the same id.</summary>
    Restore,
}
