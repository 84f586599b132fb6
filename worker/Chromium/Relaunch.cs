namespace SteelBrowser.Chromium;

/// <summary>A session's request for another browser, launched with these options.</summary>
internal sealed class Relaunch(LaunchOptions options)
{
    private readonly TaskCompletionSource<Browser> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LaunchOptions Options => options;

    /// <summary>The new browser. Cancelled when the session ends first or the worker stops.</summary>
    public Task<Browser> Done => done.Task;

    public void Complete(Browser browser) => done.TrySetResult(browser);

    public void Abandon() => done.TrySetCanceled();
}
