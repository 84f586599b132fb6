using System.Net;
using System.Net.Sockets;
using Steelyard.Processes;

namespace Steelyard.Tests.Unit.Processes;

public sealed class SocketUserTests
{
    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("::1", false)]
    [InlineData("127.0.0.1", true)]
    public void The_user_of_the_other_end_is_found(string address, bool dualMode)
    {
        using var listener = dualMode
            ? new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true }
            : new Socket(IPAddress.Parse(address).AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(dualMode ? IPAddress.IPv6Any : IPAddress.Parse(address), 0));
        listener.Listen();
        using var client = new Socket(IPAddress.Parse(address).AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(IPAddress.Parse(address), ((IPEndPoint)listener.LocalEndPoint!).Port);
        using var accepted = listener.Accept();
        var (remote, local) = ((IPEndPoint)accepted.RemoteEndPoint!, (IPEndPoint)accepted.LocalEndPoint!);
        Assert.Equal(Steelyard.Files.FileCalls.CurrentUser(), SocketUser.Find(remote, local));
        Assert.Null(SocketUser.Find(new(remote.Address, 1), local));
        Assert.Null(SocketUser.Find(new(IPAddress.Parse("192.0.2.1"), remote.Port), local));
    }
}
