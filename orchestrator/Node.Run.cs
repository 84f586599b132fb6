using System.Net.Sockets;
using Steelyard.Cluster;
using Steelyard.Fabric.Membership;
using Steelyard.Fabric.Tables;
using Steelyard.Hosting;
using Steelyard.Processes;
using Steelyard.Records;
using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard;

/// <content>A node as a program: until a signal, its parent or an operator ends it.</content>
public sealed partial class Node
{
    /// <summary>Runs a node until a signal ends it. Returns the exit status.</summary>
    public static async Task<int> RunAsync(Options options)
    {
        if (!OperatingSystem.IsLinux())
        {
            await Console.Error.WriteLineAsync(
                "steelyard: runs on Linux only, because it watches its workers through pidfds and process groups. " +
                "On other systems, run it in a Linux container or VM.");
            return 1;
        }

        try
        {
            Subreaper.Enable();
            Node? running = null;
            using var signals = new StopSignals(options.ApiKeyFile.Length > 0 ? () => Volatile.Read(ref running)?.ReloadKeys() : null);
            var supervisor = options.Supervised ? Supervisor.ExitedAsync() : Task.Delay(Timeout.Infinite);
            await using var orchestrator = Build(options, TimeProvider.System);
            await orchestrator.StartAsync(signals.Asked);
            Volatile.Write(ref running, orchestrator);
            Banner.Print(
                orchestrator.Url,
                orchestrator.app.Services.GetRequiredService<WorkerCommand>(),
                orchestrator.options,
                orchestrator.descriptors);
            _ = Banner.PrintAsync(orchestrator.app.Services.GetRequiredService<BrowserIsolation>(), orchestrator.options);

            await orchestrator.StopAsync(await orchestrator.WaitForEndAsync(signals, supervisor), signals.Second);
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 0; // A signal came while the node was waiting to join its cluster.
        }
        catch (Exception e) when (Explain(e, options) is var (message, status))
        {
            await Console.Error.WriteLineAsync($"steelyard: {message}");
            return status;
        }
    }

    // Null for an error of ours, which ends the program with its stack trace.
    private static (string Message, int Status)? Explain(Exception exception, Options options) => exception switch
    {
        KeyFileException or TlsException or ClusterSecretException or NameTakenException => (exception.Message, CommandLine.BadOptions),
        WorkerCommandException => ($"--worker: {exception.Message}", CommandLine.BadOptions),
        TableUnavailableException => ($"--cluster: {exception.Message}", 1),
        RunDirectoryException or IOException or SocketException or UnauthorizedAccessException =>
            (ListenSocket.Explain(exception, options) ?? exception.Message, 1),
        _ => null,
    };

    // Returns what happens to sessions and workers then.
    private async Task<OnShutdown> WaitForEndAsync(StopSignals signals, Task supervisor)
    {
        var drain = app.Services.GetRequiredService<DrainRequest>().Made;
        await Task.WhenAny(signals.First, supervisor, drain);
        if (signals.First.IsCompleted)
            return options.OnShutdown;
        if (!drain.IsCompleted)
            return OnShutdown.Leave;
        await DrainAsync(signals.First, signals.Second); // A signal says that it has been enough.
        return OnShutdown.Stop;
    }

    private void ReloadKeys()
    {
        try
        {
            logger.LogInformation("Read {File} again: there are {Count} keys now", options.ApiKeyFile, keys.Reload());
        }
        catch (KeyFileException e)
        {
            logger.LogError("The keys stay as they were: {Reason}", e.Message);
        }
    }

    // Until the sessions have ended, the time is over, or it has been enough.
    private async Task DrainAsync(Task enough, CancellationToken now)
    {
        Pool.Refuse();
        using var timer = new CancellationTokenSource(options.DrainTimeout, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, now);
        while (Sessions.Live.Any() && !over.IsCancellationRequested && !enough.IsCompleted)
            await Task.Delay(DrainPause, time, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
