namespace Steelyard.Processes;

/// <summary>The Linux signals we send or look for (numbers of x86-64 and arm64).</summary>
public enum Signal
{
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,

    /// <summary>SIGXFSZ: it wrote a file larger than it may.</summary>
    FileTooLarge = 25,
}
