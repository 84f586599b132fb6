namespace Steelyard.Workers;

/// <summary>Tells whether the bundled worker would find a browser on this machine.</summary>
public static class BrowserFinder
{
    public static bool IsInstalled => File.Exists("/usr/lib/chromium/chromium-headless-shell") || File.Exists("/usr/lib/chromium/chromium");
}
