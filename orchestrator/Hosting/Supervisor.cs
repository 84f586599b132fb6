using System.Net;
using System.Net.Sockets;
using Steelyard.Machine;
using Steelyard.Processes;
using Steelyard.Records;
using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Hosting;

/// <summary>
/// A small parent process that holds the listening socket and keeps an orchestrator running. An orchestrator that crashes, hangs or is
/// killed is replaced at once. The next one takes over its sessions and serves the clients that have connected meanwhile. Signals are
/// passed on to the orchestrator.
/// </summary>
internal sealed class Supervisor(Options options, TimeProvider time)
{
    /// <summary>An orchestrator that ends sooner counts as one that failed to start.</summary>
    internal static readonly TimeSpan Quick = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    // In addition to the orchestrator's own time to stop: it writes its history, and the machine can be busy.
    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(3);

    // After the second signal the orchestrator only kills its workers, and needs no more time than this.
    private static readonly TimeSpan KillGrace = TimeSpan.FromSeconds(2);

    /// <summary>Runs until the orchestrator ends by itself or a signal to this process ends it. Returns its exit status.</summary>
    public async Task<int> RunAsync()
    {
        OsProcess? running = null;
        using var signals = new StopSignals(options.ApiKeyFile.Length > 0 ? () => Volatile.Read(ref running)?.Send(Signal.HangUp) : null);
        using var socket = await TryBindAsync();
        if (socket is null)
            return 1;
        socket.Listen(ListenSocket.Backlog);
        var watch = new NodeWatch((IPEndPoint)socket.LocalEndPoint!, options, time);
        var pause = TimeSpan.Zero;
        while (true)
        {
            var started = time.GetTimestamp();
            var child = Start(socket);
            Volatile.Write(ref running, child);
            await RunAsync(child, watch, signals);
            var status = signals.First.IsCompleted ? await StopAsync(child, signals) : await child.Exited;
            if (signals.First.IsCompleted || status.Code is 0 or CommandLine.BadOptions)
                return status.Code ?? 1;

            // The first restart is immediate. An orchestrator that fails again and again must not keep a core busy.
            if (time.GetElapsedTime(started) >= Quick)
                pause = TimeSpan.Zero;
            await Console.Error.WriteLineAsync(
                $"steelyard: the orchestrator ended with {status}; starting it again" +
                (pause > TimeSpan.Zero ? $" in {pause.TotalSeconds:0.0} s" : ""));
            await ((Task)signals.First.WaitAsync(pause, time)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (signals.First.IsCompleted)
            {
                await StopAsync(child, signals); // The orchestrator has ended, but its workers have not.
                return 0;
            }

            pause = pause == TimeSpan.Zero ? FirstPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    // Returns null when the port cannot be had: the user has then been told.
    private async Task<Socket?> TryBindAsync()
    {
        try
        {
            return ListenSocket.Bind(new(IPAddress.Parse(options.Bind), options.Port), options.DeadPeerTimeout);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            await Console.Error.WriteLineAsync($"steelyard: {ListenSocket.Explain(e, options) ?? e.Message}");
            return null;
        }
    }

    /// <summary>
    /// Completes when the parent of this process has ended. Then nobody would restart this process, and the parent's successor needs the
    /// run directory.
    /// </summary>
    public static async Task ExitedAsync()
    {
        if (ProcessStat.Read(Environment.ProcessId) is { } self
            && ProcessIdentity.Of(self.Parent) is { } parent
            && OsProcess.TryAdopt(parent) is { } held)
        {
            await held.Exited;
        }
    }

    // Returns when the orchestrator has ended, or when a signal asks it to end. Kills an orchestrator that hangs.
    private static async Task RunAsync(OsProcess child, NodeWatch watch, StopSignals signals)
    {
        using var over = new CancellationTokenSource();
        var hung = watch.HungAsync(over.Token);
        await Task.WhenAny(child.Exited, signals.First, hung);
        await over.CancelAsync();
        await ((Task)hung).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!hung.IsCompletedSuccessfully || child.Exited.IsCompleted || signals.First.IsCompleted)
            return;
        Kill(child, $"it hangs: it has neither answered nor accepted anything for {(await hung).TotalSeconds:0} s");
        await child.Exited;
    }

    // The orchestrator stops as configured. If it is killed or fails, its workers are killed here: nobody else would end them.
    private async Task<ExitStatus> StopAsync(OsProcess child, StopSignals signals)
    {
        child.Send(Signal.Terminate); // Does nothing when the orchestrator has exited.
        var mayTake = options.ShutdownTimeout
            + (options.OnShutdown == OnShutdown.Drain ? options.DrainTimeout : TimeSpan.Zero)
            + StopMargin;
        using var timer = time.CreateTimer(
            _ => Kill(child, $"it has not stopped within {mayTake.TotalSeconds:0} s"), null, mayTake, Timeout.InfiniteTimeSpan);
        await using var again = signals.Second.Register(() =>
        {
            child.Send(Signal.Terminate);
            timer.Change(KillGrace, Timeout.InfiniteTimeSpan);
        });
        var status = await child.Exited;
        if (status.Code != 0 && (options.OnShutdown != OnShutdown.Leave || signals.Second.IsCancellationRequested))
            await KillWorkersAsync();
        return status;
    }

    private static void Kill(OsProcess child, string why)
    {
        Console.Error.WriteLine($"steelyard: killing the orchestrator (pid {child.Pid}): {why}");
        child.Send(Signal.Kill);
    }

    // The workers' folders stay: they tell the next orchestrator what has happened to the sessions.
    private async Task KillWorkersAsync()
    {
        try
        {
            using var directory = new RunDirectory(options.RunDirectory, options.MaxWorkerLogBytes);
            using var logs = LoggerFactory.Create(logging => logging.AddSimpleConsole(console => console.SingleLine = true));
            var machine = new LinuxMachine();
            await new Leftovers(new(directory, machine), machine, time, logs.CreateLogger<Leftovers>()).KillAllAsync();
        }
        catch (RunDirectoryException e)
        {
            await Console.Error.WriteLineAsync($"steelyard: cannot stop the workers: {e.Message}");
        }
    }

    // The same program with the same arguments. It knows that it is the child because it gets a socket.
    private static OsProcess Start(Socket socket) => OsProcess.Start(new(OwnProgram.Path, OwnProgram.SameArguments)
    {
        Environment = new Dictionary<string, string?> { [OwnVariables.SocketCount] = "1", [OwnVariables.SocketPid] = null },
        InheritedHandles = [socket.SafeHandle],
    });
}
