namespace Steelyard.Sessions;

/// <summary>How a session ended.</summary>
/// <param name="Detail">Who or what ended it, as in the log and in replies to its client.</param>
/// <param name="Cause">Why its worker was lost, for programs, such as <c>out_of_memory</c>; null when that is not known, or the session
/// ended for another reason.</param>
public sealed record SessionEnd(EndReason Reason, string Detail = "", string? Cause = null)
{
    /// <summary>The cause when its node had to give it up: other nodes may call it lost, or the machine was restarted.</summary>
    public const string NodeCutOff = "node_cut_off";

    /// <summary>The cause when its node is lost.</summary>
    public const string NodeLost = "node_lost";
}
