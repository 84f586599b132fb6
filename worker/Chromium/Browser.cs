using System.Text.Json;
using Steelyard.Processes;

namespace Steelyard.Worker.Chromium;

/// <summary>
/// One browser from launch to burial: its process, our pipe to it, its profile. It serves one session and is never used again: only a
/// new process and a new profile are surely clean.
/// </summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly TimeSpan LaunchDeadline = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan PortPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan PingPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IdlePingPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KillDeadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PingDeadline = TimeSpan.FromSeconds(2);

    private readonly OsProcess process;
    private readonly DevToolsPipe pipe;
    private readonly Profile profile;
    private readonly TimeProvider time;

    private Browser(OsProcess process, DevToolsPipe pipe, Profile profile, TimeProvider time)
    {
        this.process = process;
        this.pipe = pipe;
        this.profile = profile;
        this.time = time;
    }

    /// <summary>Where it serves DevTools on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>Our CDP connection to it, for others to use while it lives.</summary>
    public DevToolsPipe Pipe => pipe;

    /// <summary>Launches a browser and returns it when its page is warm. Throws <see cref="BrowserLostException"/>; leaves nothing behind then.</summary>
    public static async Task<Browser> LaunchAsync(BrowserSettings settings, TimeProvider time, CancellationToken stop)
    {
        using var timer = new CancellationTokenSource(LaunchDeadline, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stop);
        stop.ThrowIfCancellationRequested();
        var browser = await StartAsync(settings, time);
        try
        {
            await browser.WarmAsync(deadline.Token);
            return browser;
        }
        catch (Exception e) when (e is BrowserLostException or DevToolsException or OperationCanceledException && !stop.IsCancellationRequested)
        {
            var said = browser.profile.Log.Tail();
            await browser.DisposeAsync();
            var reason = e is not OperationCanceledException ? e.Message : $"it was not ready within {LaunchDeadline.TotalSeconds} s";
            throw new BrowserLostException($"cannot launch {settings.Path}: {reason} ({await browser.process.Exited}). It said:\n{said}");
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs until it is cancelled. Throws <see cref="BrowserLostException"/> when the browser exits, or, in use, does not answer.</summary>
    public async Task WatchAsync(Task inUse, CancellationToken cancellationToken)
    {
        while (!process.Exited.IsCompleted)
        {
            await PingAsync(cancellationToken);
            profile.Log.Trim();

            // Once it is in use it is asked at once, and then often.
            await (inUse.IsCompleted
                ? Task.WhenAny(process.Exited, Task.Delay(PingPeriod, time, cancellationToken))
                : Task.WhenAny(process.Exited, inUse, Task.Delay(IdlePingPeriod, time, cancellationToken)));
            cancellationToken.ThrowIfCancellationRequested();
        }

        throw new BrowserLostException($"the browser ended by itself ({await process.Exited})");
    }

    /// <summary>Kills it and all its helpers and deletes its profile. Throws <see cref="BrowserLostException"/> when that cannot be done.</summary>
    public async ValueTask DisposeAsync()
    {
        pipe.Dispose();
        process.Send(Signal.Kill);
        try
        {
            await process.Exited.WaitAsync(KillDeadline, time);
            await BrowserFamily.KillAsync(time);
        }
        catch (TimeoutException)
        {
            throw new BrowserLostException("the browser cannot be killed");
        }
        finally
        {
            await profile.DeleteAsync(time);
        }
    }

    private static async Task<Browser> StartAsync(BrowserSettings settings, TimeProvider time)
    {
        var (ours, theirs) = SocketPair.Create();
        using (theirs)
        {
            var profile = Profile.Create(settings.Directory);
            try
            {
                // No session of its own: it stays in our process group, so that whoever kills the group gets it too.
                var process = OsProcess.Start(new(settings.Path, BrowserArguments.For(settings, profile))
                {
                    NewSession = false,
                    LogPath = profile.Log.Path,
                    Environment = profile.Environment,
                    InheritedHandles = [theirs, theirs],
                });
                return new(process, new(ours), profile, time);
            }
            catch (ProcessStartException e)
            {
                ours.Dispose();
                await profile.DeleteAsync(time);
                throw new BrowserLostException(e.Message);
            }
        }
    }

    private async Task WarmAsync(CancellationToken deadline)
    {
        await PageWarmer.WarmAsync(pipe, time, deadline);
        var downloads = JsonEncodedText.Encode(profile.Downloads);
        await pipe.CallAsync("Browser.setDownloadBehavior", $$"""{"behavior":"allow","downloadPath":"{{downloads}}"}""", null, deadline);
        int? port;
        while ((port = profile.ReadDevToolsPort()) is null)
            await Task.Delay(PortPause, time, deadline);
        Port = port.Value;
    }

    private async Task PingAsync(CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(PingDeadline, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            await pipe.CallAsync("Browser.getVersion", "{}", null, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BrowserLostException($"the browser did not answer within {PingDeadline.TotalSeconds} s");
        }
    }
}
