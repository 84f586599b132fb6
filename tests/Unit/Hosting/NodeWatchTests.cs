using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Steelyard.Hosting;
using Steelyard.Settings;

namespace Steelyard.Tests.Unit.Hosting;

public sealed class NodeWatchTests
{
    private readonly FakeTimeProvider time = new();

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("::", "::1")]
    [InlineData("::1", "::1")]
    [InlineData("192.0.2.7", "192.0.2.7")]
    public void One_that_listens_everywhere_is_reached_on_loopback(string bound, string reached) =>
        Assert.Equal(new IPEndPoint(IPAddress.Parse(reached), 8080), NodeWatch.Reachable(new(IPAddress.Parse(bound), 8080)));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_or_a_closed_connection_is_a_sign_of_life(bool answers)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var alive = Watch(listener).IsAliveAsync(default);
        using (var accepted = await Until.DoneAsync(listener.AcceptSocketAsync()))
        {
            if (answers)
                await accepted.SendAsync("HTTP/1.1 200 OK\r\n"u8.ToArray());
        }

        Assert.True(await Until.DoneAsync(alive));
    }

    [Fact]
    public async Task A_connection_that_only_the_kernel_has_taken_is_none()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var alive = Watch(listener).IsAliveAsync(default);
        await Until.TrueAsync(listener.Pending, "it is connected");
        Assert.False(alive.IsCompleted);
        time.Advance(new Options().NodeHangTimeout);
        Assert.False(await Until.DoneAsync(alive));
    }

    private NodeWatch Watch(TcpListener listener) => new((IPEndPoint)listener.LocalEndpoint, new(), time);
}
