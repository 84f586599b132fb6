namespace Steelyard.Processes;

/// <summary>How a process ended: by itself with a code, by a signal, or unseen because it was not our child.</summary>
/// <param name="Code">Exit code 0–255, when it ended by itself.</param>
/// <param name="Signal">Number of the signal that ended it.</param>
public readonly record struct ExitStatus(int? Code, int? Signal)
{
    private const int ExitedByItself = 1;

    /// <summary>The process was adopted: the kernel tells its exit status to its parent only.</summary>
    public static readonly ExitStatus Unknown;

    internal static ExitStatus From(in LibC.SignalInfo info) =>
        info.Code == ExitedByItself ? new(info.Status, null) : new(null, info.Status);

    public override string ToString() => this switch
    {
        { Code: { } code } => $"exit {code}",
        { Signal: { } signal } => $"signal {signal}",
        _ => "exit unseen",
    };
}
