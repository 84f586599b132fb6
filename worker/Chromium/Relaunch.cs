namespace SteelBrowser.Chromium;

/// <summary>A session waits for another browser, launched as it wishes.</summary>
internal sealed class Relaunch(LaunchOptions options)
{
    private readonly TaskCompletionSource<Browser> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LaunchOptions Options => options;

    /// <summary>Its browser. Cancelled when the session ends before, or the worker stops.</summary>
    public Task<Browser> Done => done.Task;

    public void Complete(Browser browser) => done.TrySetResult(browser);

    public void Abandon() => done.TrySetCanceled();
}
