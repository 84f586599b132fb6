using System.Globalization;

namespace Steelyard.Processes;

/// <summary>Reads from a browser's command line on which port it serves DevTools.</summary>
public static class BrowserPort
{
    private const string Switch = "--remote-debugging-port=";

    /// <summary>
    /// The port, if the process is a browser with a fixed one in our network; null otherwise, and when the process has ended or is not
    /// visible to us.
    /// </summary>
    public static int? Find(int pid)
    {
        try
        {
            var arguments = File.ReadAllText($"/proc/{pid}/cmdline").Split('\0');
            return Array.Find(arguments, argument => argument.StartsWith(Switch, StringComparison.Ordinal)) is { } found
                && int.TryParse(found.AsSpan(Switch.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                && port > 0
                && NetworkOf($"/proc/{pid}") == NetworkOf("/proc/self")
                ? port
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? NetworkOf(string process) => new FileInfo(process + "/ns/net").LinkTarget;
}
