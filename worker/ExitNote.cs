using Steelyard.Contract;
using System.Globalization;

namespace SteelBrowser;

/// <summary>Leaves our exit status in our folder: an orchestrator that took us over from another one is not our parent, and the kernel does not tell it.</summary>
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
            Console.Error.WriteLine($"steel-browser: the exit status cannot be noted: {e.Message}");
        }
    }
}
