namespace Steelyard.Contract;

/// <summary>Files in a worker's folder that both programs know.</summary>
internal static class FileNames
{
    /// <summary>
    /// The worker's exit status in decimal digits, which the worker writes: an orchestrator that took it over from another one is not its
    /// parent, and the kernel tells it nothing.
    /// </summary>
    public const string ExitCode = "exit";
}
