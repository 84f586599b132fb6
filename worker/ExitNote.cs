using System.Globalization;
using Steelyard.Contract;

namespace SteelBrowser;

/// <summary>
/// Writes the worker's exit code to its folder. An orchestrator that has adopted the worker from another one is not its parent, so the
/// kernel does not tell it the exit code.
/// </summary>
internal static class ExitNote
{
    public static void Write(string? directory, int exitCode)
    {
        if (directory is null)
            return;
        try
        {
            File.WriteAllText(Path.Combine(directory, FileNames.ExitCode), exitCode.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"steel-browser: cannot write the exit code: {e.Message}");
        }
    }
}
