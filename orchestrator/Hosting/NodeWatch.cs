using System.Net;
using System.Net.Sockets;
using System.Text;
using Steelyard.Settings;

namespace Steelyard.Hosting;

/// <summary>Asks an orchestrator for its health, like a client, until it hangs.</summary>
/// <param name="listens">Address and port of its listening socket.</param>
/// <param name="options">How long it can be silent.</param>
/// <param name="time">The clock.</param>
internal sealed class NodeWatch(IPEndPoint listens, Options options, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private static readonly byte[] Request = Encoding.ASCII.GetBytes(
        "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    /// <summary>
    /// Returns the length of the silence when it is too long. Throws <see cref="OperationCanceledException"/> when cancelled.
    /// </summary>
    public async Task<TimeSpan> HungAsync(CancellationToken cancellationToken)
    {
        var silence = new NodeSilence(options.NodeStartTimeout, options.NodeHangTimeout, Period);
        using var timer = new PeriodicTimer(Period, time);
        var last = time.GetTimestamp();
        var probe = IsAliveAsync(cancellationToken); // At once: the first sign of life must not be missed.
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
    /// Whether the orchestrator gives a sign of life: an answer or a closed connection. At its limit of connections, an orchestrator only
    /// closes new ones. False only when it is silent. Other errors count as a sign of life, because this process can be their cause.
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

    // An orchestrator that listens on all addresses is reached on loopback.
    internal static IPEndPoint Reachable(IPEndPoint listens) => listens.Address switch
    {
        var any when any.Equals(IPAddress.Any) => new(IPAddress.Loopback, listens.Port),
        var any when any.Equals(IPAddress.IPv6Any) => new(IPAddress.IPv6Loopback, listens.Port),
        _ => listens,
    };
}
