using Steelyard.Contract;

namespace SteelBrowser.DevTools;

/// <summary>The browser cannot be started, has died or does not answer; the message says which.</summary>
/// <param name="message">What happened, for people.</param>
/// <param name="exitCode">The exit code with which the worker then ends.</param>
internal sealed class BrowserLostException(string message, int exitCode = ExitCode.BrowserLost) : Exception(message)
{
    public int ExitCode => exitCode;
}
