using SteelBrowser.DevTools;
using Steelyard.Processes;

namespace SteelBrowser.Chromium;

/// <summary>Helper processes of a dead browser. The worker is a subreaper, so they become its children, one level at a time.</summary>
internal static class BrowserFamily
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>Kills helpers until none is left. Throws <see cref="BrowserLostException"/> when one does not die in time.</summary>
    public static async Task KillAsync(TimeProvider time)
    {
        var started = time.GetTimestamp();
        while (Subreaper.KillOrphans() > 0)
        {
            if (time.GetElapsedTime(started) > Deadline)
                throw new BrowserLostException("a helper process of the browser cannot be killed");
            await Task.Delay(Pause, time);
        }
    }
}
