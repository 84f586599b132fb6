namespace SteelBrowser;

/// <summary>
/// Notices that the worker's folder is gone. A worker outlives its orchestrator, so that the next one takes it over, which looks into that
/// folder. Without it nobody finds the worker, and it would run for ever.
/// </summary>
internal static class FolderWatch
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    /// <summary>Cancels when the folder is gone. Ends without that when it is cancelled by somebody else.</summary>
    /// <param name="folder">The worker's folder.</param>
    /// <param name="end">What ends the worker.</param>
    /// <param name="time">The clock.</param>
    public static async Task RunAsync(string folder, CancellationTokenSource end, TimeProvider time)
    {
        while (Directory.Exists(folder))
        {
            await Task.Delay(Period, time, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (end.IsCancellationRequested)
                return;
        }

        await end.CancelAsync();
    }
}
