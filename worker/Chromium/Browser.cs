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
/// One browser from launch to cleanup: its process, the debugging pipe to it, and its profile. It serves one session and is never reused:
/// only a new process and a new profile are certain to be clean.
/// </summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly TimeSpan LaunchDeadline = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan PortPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan PingPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IdlePingPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KillDeadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PingDeadline = TimeSpan.FromSeconds(2);

    // When all processors are busy, a process of niceness 0 gets three times as much time as one of 5: a page that computes should not
    // delay the node and the workers.
    private const int Nice = 5;

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

    /// <summary>True when a setup has changed the browser since its launch.</summary>
    public bool IsSetUp { get; set; }

    /// <summary>The worker's own CDP connection to the browser.</summary>
    public DevToolsPipe Pipe { get; }

    /// <summary>State of the mouse and keyboard, as far as the worker has used them.</summary>
    public InputState Input { get; } = new();

    /// <summary>The relay for all traffic of the browser; null when egress is unrestricted and there is no proxy.</summary>
    public ProxyRelay? Relay { get; }

    /// <summary>Allows one upload at a time: several at once could together exceed the space limit.</summary>
    public SemaphoreSlim Uploads { get; } = new(1);

    public SessionFiles Files { get; }

    /// <summary>The browser's output.</summary>
    public CappedLog Output => profile.Log;

    /// <summary>Folder for files that are still being written; on the same file system as <see cref="Files"/>.</summary>
    public string UploadFolder => profile.Uploads;

    /// <summary>Port on 127.0.0.1 where the browser serves DevTools.</summary>
    public int Port { get; private set; }

    /// <summary>
    /// Launches a browser and returns it when its page is warm. Throws <see cref="BrowserLostException"/> when that fails, and then leaves
    /// nothing behind.
    /// </summary>
    public static async Task<Browser> LaunchAsync(
        BrowserSettings settings, LaunchOptions options, TimeProvider time, CancellationToken stop)
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
        catch (Exception e) when (e is BrowserLostException or DevToolsException or OperationCanceledException
            && !stop.IsCancellationRequested)
        {
            var said = browser.profile.Log.Tail();
            await browser.DisposeAsync();
            if (settings.Confinement.HasSandbox && LacksSandbox(said))
            {
                settings.Confinement.GiveUpSandbox();
                return await LaunchAsync(settings, options, time, stop);
            }

            var reason = e is not OperationCanceledException ? e.Message : $"it was not ready within {LaunchDeadline.TotalSeconds} s";
            throw new BrowserLostException(
                $"cannot launch {settings.Path}: {reason} ({await browser.process.Exited}). Its last output:\n{said}");
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Returns when the client has closed the browser: it then exits with status 0. Throws <see cref="BrowserLostException"/> when the
    /// browser exits in any other way or does not answer.
    /// </summary>
    public async Task WatchAsync(Task inUse, CancellationToken cancellationToken)
    {
        while (!process.Exited.IsCompleted)
        {
            await PingAsync(cancellationToken);
            profile.Log.Trim();

            // The browser is pinged as soon as a session takes it, and from then on more often.
            await (inUse.IsCompleted
                ? Task.WhenAny(process.Exited, Task.Delay(PingPeriod, Time, cancellationToken))
                : Task.WhenAny(process.Exited, inUse, Task.Delay(IdlePingPeriod, Time, cancellationToken)));
            cancellationToken.ThrowIfCancellationRequested();
        }

        var status = await process.Exited;
        if (status.Signal == (int)Signal.FileTooLarge)
            throw new BrowserLostException("the browser wrote a file larger than its limit (ulimit -f)", ExitCode.WroteTooMuch);
        if (!inUse.IsCompleted || status.Code != 0)
            throw new BrowserLostException($"the browser exited unexpectedly ({status})");
    }

    /// <summary>
    /// Kills the browser and all its helper processes, and deletes its profile. Throws <see cref="BrowserLostException"/> when a process
    /// cannot be killed.
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

    // Only the browser itself can tell reliably whether this machine allows its sandbox.
    private static bool LacksSandbox(string said) =>
        said.Contains("No usable sandbox", StringComparison.Ordinal)
        || said.Contains("Failed to move to new namespace", StringComparison.Ordinal);

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

    // The browser stays in the worker's process group, so that a signal to the group reaches it, too.
    private static ProcessSpec Specify(
        BrowserSettings settings, LaunchOptions options, Profile profile, ProxyRelay? relay, SafeHandle pipe, ConfinementRules rules) =>
        new(settings.Path, BrowserArguments.For(settings, options, profile, relay))
        {
            NewSession = false,
            LogPath = profile.Log.Path,
            Environment = options.TimeZone is null
                ? profile.Environment
                : new Dictionary<string, string?>(profile.Environment) { ["TZ"] = options.TimeZone },
            InheritedHandles = [pipe, pipe],
            Restrict = rules.Enter,
            Nice = Nice,
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
                // A browser that is being closed closes the pipe a moment before it exits, and only the exit status tells how it ended.
                await Task.WhenAny(process.Exited, Task.Delay(PingDeadline, Time, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
                if (!process.Exited.IsCompleted)
                    throw;
                return;
            }
            catch (BrowserLostException) when (ProcessStat.Read(process.Pid) is not { IsStopped: true }
                && (tries < BusyTries || (tries < StarvedTries && starvation?.Measure() > PingDeadline * tries / 2)))
            {
                // A large answer to a client, such as a screenshot of a long page, keeps the browser silent for seconds. So does a machine
                // that is short of processor time.
                starvation ??= ProcessorWait.Begin(process.Pid, Time);
            }
        }
    }
}
