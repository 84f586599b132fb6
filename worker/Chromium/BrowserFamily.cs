using SteelBrowser.DevTools;
using Steelyard.Processes;

namespace SteelBrowser.Chromium;

/// <summary>The helpers of a dead browser. We are a subreaper, so they have become our children, level by level.</summary>
internal static class BrowserFamily
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>Kills until none is left. Throws <see cref="BrowserLostException"/> when one will not die.</summary>
    public static async Task KillAsync(TimeProvider time)
    {
        var started = time.GetTimestamp();
        while (Subreaper.KillOrphans() > 0)
        {
            if (time.GetElapsedTime(started) > Deadline)
                throw new BrowserLostException("a helper of the browser cannot be killed");
            await Task.Delay(Pause, time);
        }
    }
}
