using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Steelyard.WorkerHttp;

namespace Steelyard.Tests.Unit.WorkerHttp;

public sealed class WorkerStreamTests : IDisposable
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    private readonly FakeTimeProvider time = new();
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly WorkerClient worker;
    private readonly WorkerStream stream;
    private readonly Socket peer;

    public WorkerStreamTests()
    {
        listener.Start();
        var endpoint = (IPEndPoint)listener.LocalEndpoint;
        worker = new(new SocketConnector(new(1 << 20)), WorkerProtocol.Challenge, endpoint.Port, 1000, TimeSpan.FromSeconds(5), time);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(endpoint);
        stream = new(socket, worker);
        peer = listener.AcceptSocket();
        time.Advance(Silence);
    }

    public void Dispose()
    {
        stream.Dispose();
        peer.Dispose();
        worker.Dispose();
        listener.Dispose();
    }

    [Fact]
    public void Nothing_moved_is_no_sign_of_life() => Assert.Equal(Silence, worker.SinceLastAnswer);

    [Fact]
    public async Task What_the_kernel_takes_is_no_sign_of_life()
    {
        await stream.WriteAsync(new byte[100]);
        Assert.Equal(Silence, worker.SinceLastAnswer);
    }

    [Fact]
    public async Task A_worker_that_takes_bytes_is_alive()
    {
        const int Many = 64 << 20; // More than any kernel buffers.
        var write = stream.WriteAsync(new byte[Many]).AsTask();
        Assert.False(write.IsCompleted);
        var buffer = new byte[1 << 20];
        for (var taken = 0; taken < Many;)
            taken += await peer.ReceiveAsync(buffer.AsMemory());
        await write.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(TimeSpan.Zero, worker.SinceLastAnswer);
    }

    [Fact]
    public async Task A_worker_that_sends_bytes_is_alive()
    {
        peer.Send(new byte[100]);
        Assert.Equal(100, await stream.ReadAsync(new byte[200]));
        Assert.Equal(TimeSpan.Zero, worker.SinceLastAnswer);
    }

    [Fact]
    public async Task The_end_of_its_bytes_is_no_sign_of_life()
    {
        peer.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await stream.ReadAsync(new byte[200]));
        Assert.Equal(Silence, worker.SinceLastAnswer);
    }
}
