namespace Steelyard.Processes;

/// <summary>How a process ended: with an exit code, by a signal, or unknown because it was not a child of this program.</summary>
/// <param name="Code">Exit code 0–255 if the process exited by itself; else null.</param>
/// <param name="Signal">Number of the signal that ended the process; else null.</param>
public readonly record struct ExitStatus(int? Code, int? Signal)
{
    private const int ExitedByItself = 1;

    /// <summary>The exit status of an adopted process: the kernel reports the exit status to the parent only.</summary>
    public static readonly ExitStatus Unknown;

    internal static ExitStatus From(in LibC.SignalInfo info) =>
        info.Code == ExitedByItself ? new(info.Status, null) : new(null, info.Status);

    public override string ToString() => this switch
    {
        { Code: { } code } => $"exit {code}",
        { Signal: { } signal } => $"signal {signal}",
        _ => "exit status unknown",
    };
}
