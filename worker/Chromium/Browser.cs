using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using SteelBrowser.Confinement;
using SteelBrowser.DevTools;
using SteelBrowser.Files;
using SteelBrowser.Relay;
using Steelyard.Contract;
using Steelyard.Processes;

namespace SteelBrowser.Chromium;

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
    private const int BusyTries = 8;
    private const int StarvedTries = 30;

    private readonly OsProcess process;
    private readonly Profile profile;

    private Browser(OsProcess process, DevToolsPipe pipe, Profile profile, ProxyRelay? relay, BrowserUser? user, TimeProvider time)
    {
        this.process = process;
        this.profile = profile;
        Files = new(profile.Downloads, user?.Id);
        Time = time;
        Pipe = pipe;
        Relay = relay;
    }

    public TimeProvider Time { get; }

    /// <summary>It is no longer as it was launched.</summary>
    public bool IsSetUp { get; set; }

    /// <summary>Our own connection to it.</summary>
    public DevToolsPipe Pipe { get; }

    /// <summary>Its mouse and keyboard, as far as we use them.</summary>
    public InputState Input { get; } = new();

    /// <summary>Through which all its traffic goes; null when it may go anywhere, and has no proxy.</summary>
    public ProxyRelay? Relay { get; }

    /// <summary>Of uploads: one after the other, or several at once could together be more than there is room for.</summary>
    public SemaphoreSlim Uploads { get; } = new(1);

    public SessionFiles Files { get; }

    /// <summary>For files that are being written; on the same file system as <see cref="Files"/>.</summary>
    public string UploadFolder => profile.Uploads;

    /// <summary>Where it serves DevTools on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>
    /// Launches a browser and returns it when its page is warm. Throws <see cref="BrowserLostException"/>; leaves nothing behind then.
    /// </summary>
    public static async Task<Browser> LaunchAsync(BrowserSettings settings, LaunchOptions options, TimeProvider time, CancellationToken stop)
    {
        using var timer = new CancellationTokenSource(LaunchDeadline, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stop);
        stop.ThrowIfCancellationRequested();
        var browser = await StartAsync(settings, options, time);
        try
        {
            await browser.WarmAsync(deadline.Token);
            return browser;
        }
        catch (Exception e) when (e is BrowserLostException or DevToolsException or OperationCanceledException && !stop.IsCancellationRequested)
        {
            var said = browser.profile.Log.Tail();
            await browser.DisposeAsync();
            if (settings.Confinement.HasSandbox && LacksSandbox(said))
            {
                settings.Confinement.GiveUpSandbox();
                return await LaunchAsync(settings, options, time, stop);
            }

            var reason = e is not OperationCanceledException ? e.Message : $"it was not ready within {LaunchDeadline.TotalSeconds} s";
            throw new BrowserLostException($"cannot launch {settings.Path}: {reason} ({await browser.process.Exited}). It said:\n{said}");
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Returns when its client has closed the browser, which then exits with status 0. Throws <see cref="BrowserLostException"/> when it
    /// exits in any other way, or does not answer.
    /// </summary>
    public async Task WatchAsync(Task inUse, CancellationToken cancellationToken)
    {
        while (!process.Exited.IsCompleted)
        {
            await PingAsync(cancellationToken);
            profile.Log.Trim();

            // Once it is in use it is asked at once, and then often.
            await (inUse.IsCompleted
                ? Task.WhenAny(process.Exited, Task.Delay(PingPeriod, Time, cancellationToken))
                : Task.WhenAny(process.Exited, inUse, Task.Delay(IdlePingPeriod, Time, cancellationToken)));
            cancellationToken.ThrowIfCancellationRequested();
        }

        var status = await process.Exited;
        if (status.Signal == (int)Signal.FileTooLarge)
            throw new BrowserLostException("the browser wrote a larger file than it may", ExitCode.WroteTooMuch);
        if (!inUse.IsCompleted || status.Code != 0)
            throw new BrowserLostException($"the browser ended by itself ({status})");
    }

    /// <summary>
    /// Kills it and all its helpers and deletes its profile. Throws <see cref="BrowserLostException"/> when that cannot be done.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        Pipe.Dispose();
        process.Send(Signal.Kill);
        try
        {
            await process.Exited.WaitAsync(KillDeadline, Time);
            await BrowserFamily.KillAsync(Time);
        }
        catch (TimeoutException)
        {
            throw new BrowserLostException("the browser cannot be killed");
        }
        finally
        {
            if (Relay is not null)
                await Relay.DisposeAsync();
            await profile.DeleteAsync(Time);
        }
    }

    // Nobody knows better than the browser whether this machine lets it have one.
    private static bool LacksSandbox(string said) => said.Contains("No usable sandbox", StringComparison.Ordinal) || said.Contains("Failed to move to new namespace", StringComparison.Ordinal);

    private static async Task<Browser> StartAsync(BrowserSettings settings, LaunchOptions options, TimeProvider time)
    {
        var (ours, theirs) = SocketPair.Create();
        using (theirs)
        {
            var profile = Profile.Create(settings.Directory);
            ProxyRelay? relay = null;
            try
            {
                if (options.Proxy is not null || !settings.Confinement.Egress.IsOpen)
                    relay = ProxyRelay.Start(options.Proxy, settings.Confinement.Egress, time);
                using var rules = settings.Confinement.For(profile, relay?.Port);
                var process = OsProcess.Start(Specify(settings, options, profile, relay, theirs, rules));
                return new(process, new(ours, time), profile, relay, settings.Confinement.User, time);
            }
            catch (Exception e) when (e is ProcessStartException or SocketException or ConfinementException)
            {
                ours.Dispose();
                if (relay is not null)
                    await relay.DisposeAsync();
                await profile.DeleteAsync(time);
                throw new BrowserLostException(e.Message);
            }
        }
    }

    // No session of its own: it stays in our process group, so that whoever kills the group gets it too.
    private static ProcessSpec Specify(BrowserSettings settings, LaunchOptions options, Profile profile, ProxyRelay? relay, SafeHandle pipe, ConfinementRules rules) =>
        new(settings.Path, BrowserArguments.For(settings, options, profile, relay))
        {
            NewSession = false,
            LogPath = profile.Log.Path,
            Environment = options.TimeZone is null ? profile.Environment : new Dictionary<string, string?>(profile.Environment) { ["TZ"] = options.TimeZone },
            InheritedHandles = [pipe, pipe],
            Restrict = rules.Enter,
        };

    private async Task WarmAsync(CancellationToken deadline)
    {
        await PageWarmer.WarmAsync(Pipe, Time, deadline);
        var downloads = JsonEncodedText.Encode(profile.Downloads);
        await Pipe.CallAsync("Browser.setDownloadBehavior", $$"""{"behavior":"allow","downloadPath":"{{downloads}}"}""", null, deadline);
        int? port;
        while ((port = profile.ReadDevToolsPort()) is null)
            await Task.Delay(PortPause, Time, deadline);
        Port = port.Value;
    }

    private async Task PingAsync(CancellationToken cancellationToken)
    {
        ProcessorWait? starvation = null;
        for (var tries = 1; ; tries++)
        {
            try
            {
                await Pipe.PingAsync(PingDeadline, cancellationToken);
                return;
            }
            catch (BrowserLostException) when (Pipe.IsClosed)
            {
                // A browser that is being closed closes the pipe a moment before it exits, and only the exit tells how.
                await Task.WhenAny(process.Exited, Task.Delay(PingDeadline, Time, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
                if (!process.Exited.IsCompleted)
                    throw;
                return;
            }
            catch (BrowserLostException) when (ProcessStat.Read(process.Pid) is not { IsStopped: true } && (tries < BusyTries || (tries < StarvedTries && starvation?.Measure() > PingDeadline * tries / 2)))
            {
                // A client's own large answer, such as the picture of a long page, keeps the browser silent for seconds; so does a machine
                // that lacks processors.
                starvation ??= ProcessorWait.Begin(process.Pid, Time);
            }
        }
    }
}
