namespace Steelyard.Processes;

/// <summary>The Linux signals that this program sends or checks for (numbers of x86-64 and arm64).</summary>
public enum Signal
{
    HangUp = 1,
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,

    /// <summary>SIGXFSZ: the process wrote a file beyond its size limit.</summary>
    FileTooLarge = 25,
}
