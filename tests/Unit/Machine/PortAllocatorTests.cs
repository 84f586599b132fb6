using System.Net;
using System.Net.Sockets;
using Steelyard.Machine;

namespace Steelyard.Tests.Unit.Machine;

public sealed class PortAllocatorTests
{
    // Below the ephemeral ports and outside the default range, so that nothing else is likely to listen there.
    private const int First = 18100;
    private const int Last = 18119;

    [Fact]
    public void Ports_are_unique_and_of_the_range_until_returned()
    {
        var ports = new PortAllocator(new LinuxMachine(), First, Last);
        var taken = Enumerable.Range(First, 10).Select(_ => Take(ports)).ToList();
        Assert.Equal(taken.Count, taken.Distinct().Count());
        Assert.All(taken, port => Assert.InRange(port, First, Last));
    }

    [Fact]
    public async Task Ports_are_unique_when_many_take_at_once()
    {
        var ports = new PortAllocator(new LinuxMachine(), 18200, 18299);
        var taken = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => Take(ports))));
        Assert.Equal(taken.Length, taken.Distinct().Count());
    }

    [Fact]
    public void A_returned_port_comes_back_as_late_as_possible()
    {
        var ports = new PortAllocator(new LinuxMachine(), 18300, 18309);
        var first = Take(ports);
        ports.Return(first);
        Assert.NotEqual(first, Take(ports));
    }

    [Fact]
    public void A_range_that_is_used_up_says_so_and_serves_again_after_a_return()
    {
        var ports = new PortAllocator(new LinuxMachine(), 18120, 18122);
        List<int> taken = [Take(ports), Take(ports), Take(ports)];
        var e = Assert.Throws<InvalidOperationException>(() => ports.Take());
        Assert.Contains("18120", e.Message, StringComparison.Ordinal);
        Assert.Contains("18122", e.Message, StringComparison.Ordinal);
        Assert.Contains("--worker-ports", e.Message, StringComparison.Ordinal);
        ports.Return(taken[1]);
        Assert.Equal(taken[1], Take(ports));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    public void A_port_someone_listens_on_is_skipped_until_it_is_free(string address)
    {
        using var stranger = new TcpListener(IPAddress.Parse(address), 0);
        stranger.Start();
        var port = ((IPEndPoint)stranger.LocalEndpoint).Port;
        var ports = new PortAllocator(new LinuxMachine(), port, port);
        Assert.Throws<InvalidOperationException>(() => ports.Take());
        stranger.Stop();
        Assert.Equal(port, Take(ports));
    }

    [Fact]
    public void A_range_of_one_port_works() => Assert.Equal(18130, Take(new(new LinuxMachine(), 18130, 18130)));

    [Fact]
    public void A_taken_port_accepts_connections_at_once()
    {
        var (port, listener) = new PortAllocator(new LinuxMachine(), 18140, 18149).Take();
        using var client = new TcpClient();
        client.Connect(IPAddress.Loopback, port);
        Assert.True(listener.Poll(TimeSpan.FromSeconds(5), SelectMode.SelectRead));
        listener.Dispose();
    }

    private static int Take(PortAllocator ports)
    {
        var (port, listener) = ports.Take();
        listener.Dispose();
        return port;
    }
}
