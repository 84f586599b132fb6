namespace Steelyard.Settings;

/// <summary>What happens to a session whose worker died.</summary>
public enum OnWorkerLost
{
    /// <summary>It ends; its 404 says worker_lost.</summary>
    End,

    /// <summary>It is created anew, from its original body, on another worker under the same id.</summary>
    Restore,
}
