namespace Steelyard.Tests.Simulation;

/// <summary>How a worker can fail at a call.</summary>
internal enum CallFault
{
    None,
    CrashBefore,
    CrashAfter,
    Hang,
    Close,
    CloseAfter,
    Silence,
    Late,
    Garbage,
    ServerError,
    WrongId,
    Count,
}
