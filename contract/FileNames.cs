namespace Steelyard.Contract;

/// <summary>Files in a worker's folder that the node and the worker both use.</summary>
internal static class FileNames
{
    /// <summary>
    /// The worker's exit status in decimal digits, written by the worker itself. An orchestrator that adopted the worker is not its parent,
    /// and the kernel reports the status only to the parent.
    /// </summary>
    public const string ExitCode = "exit";
}
