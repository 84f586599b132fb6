namespace Steelyard.Sessions;

/// <summary>How a session ended.</summary>
/// <param name="Detail">By whom or through what, as its client is told and the log has it.</param>
/// <param name="Cause">For programs: what its worker was lost to, such as <c>out_of_memory</c>; null when that is not known, or not the
/// reason.</param>
public sealed record SessionEnd(EndReason Reason, string Detail = "", string? Cause = null);
