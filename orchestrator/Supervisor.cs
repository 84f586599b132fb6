using System.Net;
using System.Net.Sockets;
using Steelyard.Processes;

namespace Steelyard;

/// <summary>
/// A small parent that holds the listening socket and keeps an orchestrator running: one that crashes or is killed is replaced at once, takes over its sessions,
/// and serves the clients that have come meanwhile. Signals go on to it.
/// </summary>
internal sealed class Supervisor(Options options, TimeProvider time)
{
    /// <summary>One that ends sooner has failed to start, or might as well have.</summary>
    internal static readonly TimeSpan Quick = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs until the orchestrator ends by itself or by a signal that came to us. Returns its exit status.</summary>
    public async Task<int> RunAsync()
    {
        using var signals = new StopSignals();
        using var socket = ListenSocket.Bind(new(IPAddress.Parse(options.Bind), options.Port), options.DeadPeerTimeout);
        socket.Listen(ListenSocket.Backlog);
        var pause = TimeSpan.Zero;
        while (true)
        {
            var started = time.GetTimestamp();
            var child = Start(socket);
            var status = await RunAsync(child, signals);
            if (signals.First.IsCompleted || status.Code is 0 or CommandLine.BadOptions)
                return status.Code ?? 1;

            // The first restart is at once; one that fails again and again must not keep a core busy.
            if (time.GetElapsedTime(started) >= Quick)
                pause = TimeSpan.Zero;
            await Console.Error.WriteLineAsync($"steelyard: the orchestrator ended with {status}; starting it again{(pause > TimeSpan.Zero ? $" in {pause.TotalSeconds:0.0} s" : "")}");
            await ((Task)signals.First.WaitAsync(pause, time)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (signals.First.IsCompleted)
                return 0;
            pause = pause == TimeSpan.Zero ? FirstPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>Completes when the parent of this program has ended: nobody would restart it, and its successor needs the run directory.</summary>
    public static async Task ExitedAsync()
    {
        if (ProcessStat.Read(Environment.ProcessId) is { } self && ProcessIdentity.Of(self.Parent) is { } parent && OsProcess.TryAdopt(parent) is { } held)
            await held.Exited;
    }

    private static async Task<ExitStatus> RunAsync(OsProcess child, StopSignals signals)
    {
        await Task.WhenAny(child.Exited, signals.First);
        child.Send(Signal.Terminate); // Does nothing when it has exited.
        await using var again = signals.Second.Register(() => child.Send(Signal.Terminate));
        return await child.Exited;
    }

    // The same program with the same words: that it is handed a socket tells it that it is the child.
    private static OsProcess Start(Socket socket)
    {
        var words = Environment.GetCommandLineArgs();
        var program = Environment.ProcessPath!;
        return OsProcess.Start(new(program, Path.GetFileNameWithoutExtension(program) == "dotnet" ? words : words[1..])
        {
            Environment = new Dictionary<string, string?> { [InheritedSocket.CountVariable] = "1", [InheritedSocket.PidVariable] = null },
            InheritedHandles = [socket.SafeHandle],
        });
    }
}
