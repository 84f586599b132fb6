using System.Net;
using System.Net.Sockets;
using System.Text;
using Steelyard.Settings;

namespace Steelyard.Hosting;

/// <summary>Asks an orchestrator for its health, as a client would, until it hangs.</summary>
/// <param name="listens">Where its socket listens.</param>
/// <param name="options">How long it may be silent.</param>
/// <param name="time">The clock.</param>
internal sealed class NodeWatch(IPEndPoint listens, Options options, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private static readonly byte[] Request = Encoding.ASCII.GetBytes("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    /// <summary>
    /// Returns how long it has been silent, once that is too long. Throws <see cref="OperationCanceledException"/> when cancelled.
    /// </summary>
    public async Task<TimeSpan> HungAsync(CancellationToken cancellationToken)
    {
        var silence = new NodeSilence(options.NodeStartTimeout, options.NodeHangTimeout, Period);
        using var timer = new PeriodicTimer(Period, time);
        var last = time.GetTimestamp();
        var probe = Task.FromResult(false);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var isAlive = probe.IsCompletedSuccessfully && await probe;
            var sinceLast = time.GetElapsedTime(last);
            last = time.GetTimestamp();
            if (silence.Tick(sinceLast, isAlive))
                return silence.Length;
            if (probe.IsCompleted)
                probe = IsAliveAsync(cancellationToken);
        }

        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>
    /// Whether it has given a sign of life: an answer, or the end of the connection, which is all that one at its limit of connections
    /// gives. Only a silent one gives none; what keeps us from asking is not its fault.
    /// </summary>
    internal async Task<bool> IsAliveAsync(CancellationToken cancellationToken)
    {
        using var tooLong = new CancellationTokenSource(options.NodeHangTimeout, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, tooLong.Token);
        try
        {
            using var socket = new Socket(listens.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(Reachable(listens), over.Token);
            await socket.SendAsync(Request, over.Token);
            await socket.ReceiveAsync(new byte[1], over.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode != SocketError.TimedOut;
        }
    }

    // One who listens everywhere is reached on loopback.
    internal static IPEndPoint Reachable(IPEndPoint listens) => listens.Address switch
    {
        var any when any.Equals(IPAddress.Any) => new(IPAddress.Loopback, listens.Port),
        var any when any.Equals(IPAddress.IPv6Any) => new(IPAddress.IPv6Loopback, listens.Port),
        _ => listens,
    };
}
