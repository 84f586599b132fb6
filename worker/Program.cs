using System.Net.Sockets;
using System.Runtime.InteropServices;
using SteelBrowser;
using SteelBrowser.Chromium;
using SteelBrowser.Confinement;
using SteelBrowser.Diagnostics;
using SteelBrowser.Extras;
using SteelBrowser.Faults;
using SteelBrowser.Http;
using SteelBrowser.Sessions;
using Steelyard.Contract;
using Steelyard.Processes;

WorkerOptions options;
try
{
    options = WorkerOptions.Parse(args, Environment.GetEnvironmentVariable);
}
catch (ArgumentException e)
{
    return Stderr.Fail(ExitCode.BadArguments, $"{e.Message} (see --help)");
}

if (options.Help)
{
    Console.Out.Write(Usage.Text);
    return ExitCode.Ok;
}

// A write beyond the limit for files (ulimit -f) fails with an error, and does not end the worker.
using var fileTooLarge = PosixSignalRegistration.Create((PosixSignal)Signal.FileTooLarge, signal => signal.Cancel = true);

if (options.Listener is { } descriptor)
    Descriptors.CloseOnExec((int)descriptor); // Otherwise the browser would keep the port open after this process.

ChromiumHost? chromium = null;
if (options.Mode == WorkerMode.Chromium)
{
    if (BrowserLocator.Find(options.BrowserPath) is not { } browser)
        return Stderr.Fail(ExitCode.BadArguments, BrowserLocator.Missing(options.BrowserPath));
    var cage = new BrowserConfinement(new(browser, options.Directory, options.Folders, options.Egress, options.NoSandbox, options.Port));
    var record = (options.Record, options.RecordQueries);
    chromium = new(new(browser, options.BrowserArguments, cage, options.Directory) { Record = record }, TimeProvider.System);
}

ISessionHost host = chromium is null ? new SimulatedHost() : chromium;
using var extras = chromium is null ? null : new SessionExtras(chromium, options.Limits, TimeProvider.System);
RequestHandler handler = new Routes(host, extras, TimeProvider.System).HandleAsync;
if (options.Faults.Count > 0)
{
    var faults = new FaultInjector(options.Faults, options.FaultSeed, options.Port, TimeProvider.System);
    await faults.StartAsync();
    handler = faults.Wrap(handler);
}

await using var server = new WorkerServer(options.Port, options.Listener, SizeLimits.Request(options.Limits.Body), handler);
if (await WhyNotStartedAsync(server, options.Port) is { } why)
    return Stderr.Fail(ExitCode.PortTaken, why);

var exitCode = await RunAsync(host, options.Directory, server.Stopping);
await server.StopAsync();
ExitNote.Write(options.Directory, exitCode);
return exitCode;

// Until it is told to stop, its browser has ended, or its folder is gone.
static async Task<int> RunAsync(ISessionHost host, string? directory, CancellationToken stopping)
{
    using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    var watch = directory is null ? Task.CompletedTask : FolderWatch.RunAsync(directory, end, TimeProvider.System);
    var exitCode = await host.RunAsync(end.Token);
    await end.CancelAsync();
    await watch;
    return exitCode;
}

// Null when it listens.
static async Task<string?> WhyNotStartedAsync(WorkerServer server, int port)
{
    try
    {
        await server.StartAsync();
        return null;
    }
    catch (SocketException e)
    {
        return $"cannot listen on port {port} of 127.0.0.1: {e.Message}";
    }
    catch (IOException)
    {
        return $"port {port} on 127.0.0.1 is taken; choose another with PORT=...";
    }
}
