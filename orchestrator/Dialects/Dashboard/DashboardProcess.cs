using System.IO.Pipes;
using System.Net.Sockets;
using Steelyard.Contract;
using Steelyard.Processes;
using Steelyard.Records;
using Steelyard.Settings;

namespace Steelyard.Dialects.Dashboard;

/// <summary>
/// The dashboard's process. It starts at the first visit, so that a node at which nobody looks pays nothing, and ends when nobody has
/// looked for a while, or with this node.
/// </summary>
internal sealed class DashboardProcess(RunDirectory directory, TimeProvider time, ILogger<DashboardProcess> logger) : IDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // Looking must not disturb the sessions.
    private const int Nice = 5;

    private readonly SemaphoreSlim turn = new(1);
    private readonly string socket = directory.FileAt("dashboard.sock");
    private OsProcess? process;
    private AnonymousPipeServerStream? life; // The process ends when this is closed.

    /// <summary>
    /// Connects to the process, and starts it if it does not run. Throws <see cref="DashboardException"/> when it cannot, and
    /// <see cref="OperationCanceledException"/>.
    /// </summary>
    /// <param name="node">URL of this node.</param>
    /// <param name="cancellationToken">Nobody waits for it any more.</param>
    public async Task<Stream> ConnectAsync(string node, CancellationToken cancellationToken)
    {
        if (process is { Exited.IsCompleted: false } && await TryConnectAsync(cancellationToken) is { } stream)
            return stream;
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (process is not { Exited.IsCompleted: false })
                Start(node);
            var started = time.GetTimestamp();
            while (time.GetElapsedTime(started) < StartDeadline && !process!.Exited.IsCompleted)
            {
                if (await TryConnectAsync(cancellationToken) is { } first)
                    return first;
                await Task.Delay(Pause, time, cancellationToken);
            }

            throw new DashboardException($"The dashboard did not start. Its last output: {Log.Tail()}");
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        life?.Dispose();
        process?.Send(Signal.Kill);
        turn.Dispose();
    }

    private CappedLog Log => new(directory.FileAt("dashboard.log"), 1 << 20);

    private void Start(string node)
    {
        var program = Executables.FindBeside(AppContext.BaseDirectory, "dashboard", "steelyard-dashboard")
            ?? throw new DashboardException(
                "This node has no dashboard: the program steelyard-dashboard is not beside it. Run make build.");
        try
        {
            File.Delete(socket);
            Log.Trim();
            life?.Dispose();
            life = new(PipeDirection.Out);
            process = OsProcess.Start(new(program, [socket, node])
            {
                Environment = OwnVariables.Names().ToDictionary(name => name, _ => (string?)null), // It needs none of the node's settings.
                LogPath = Log.Path,
                InheritedHandles = [life.ClientSafePipeHandle],
                Nice = Nice,
            });
            life.DisposeLocalCopyOfClientHandle();
            logger.LogInformation("The dashboard starts (pid {Pid})", process.Pid);
        }
        catch (Exception e) when (e is ProcessStartException or IOException or UnauthorizedAccessException)
        {
            throw new DashboardException($"The dashboard cannot be started: {e.Message}");
        }
    }

    // Null when it does not listen yet, or any more.
    private async Task<Stream?> TryConnectAsync(CancellationToken cancellationToken)
    {
        var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
            return new NetworkStream(connection, ownsSocket: true);
        }
        catch (SocketException)
        {
            connection.Dispose();
            return null;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}

/// <summary>The dashboard does not run. The message is for people.</summary>
internal sealed class DashboardException(string message) : IOException(message);
