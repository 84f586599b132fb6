using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Steelyard.Processes;

namespace Steelyard.Tests.Unit.Processes;

public sealed class PortOwnerTests : IDisposable
{
    private readonly Shell shell = new();

    public void Dispose() => shell.Dispose();

    [Theory]
    [InlineData("exec {0}")]
    [InlineData("{0} & wait")]
    [InlineData("( {0} & wait ) & wait")]
    [InlineData("setsid {0} & wait")]
    public async Task A_port_is_a_workers_when_it_or_a_helper_of_its_group_listens_on_it(string script)
    {
        var process = shell.Start(string.Format(CultureInfo.InvariantCulture, script, Listener("127.0.0.1")));
        var port = await shell.PidAsync("port ");
        Assert.True(PortOwner.IsListening(process.Pid, port));
        Assert.False(PortOwner.IsListening(process.Pid, port == 65535 ? port - 1 : port + 1));
        process.TrySendToGroup(Signal.Kill);
        await Until.DoneAsync(process.Exited);
        await Until.TrueAsync(() => !PortOwner.IsListening(process.Pid, port), "it listens no more");
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public async Task Addresses_that_take_all_count_too(string address)
    {
        if (address.Contains(':', StringComparison.Ordinal) && !File.Exists("/proc/net/if_inet6"))
            Assert.Skip("there is no IPv6 here");
        var process = shell.Start("exec " + Listener(address));
        Assert.True(PortOwner.IsListening(process.Pid, await shell.PidAsync("port ")));
    }

    // Each browser runs as its own user, and root in a container may not inspect the processes of other users.
    [Fact]
    public async Task Where_processes_of_others_cannot_be_looked_into_their_user_tells()
    {
        if (Find("python3") is null || !Environment.IsPrivilegedProcess)
            Assert.Skip("needs root and python3");
        var listener = Listener("127.0.0.1")
            .Replace("import socket,time;", "import os,socket,time; os.setresuid(*[2000012345]*3);", StringComparison.Ordinal);
        var process = shell.Start($"{listener} & wait");
        var port = await shell.PidAsync("port ");
        var stranger = shell.Start("exec sleep 600");
        var (own, other) = (false, true);
        Capabilities.WithoutPtrace(
            () => (own, other) = (PortOwner.IsListening(process.Pid, port), PortOwner.IsListening(stranger.Pid, port)));
        Assert.True(own);
        Assert.False(other);
    }

    // Any process may hold the port on another address: we connect to 127.0.0.1.
    [Fact]
    public async Task Another_loopback_address_does_not_count()
    {
        var process = shell.Start("exec " + Listener("127.0.0.2"));
        Assert.False(PortOwner.IsListening(process.Pid, await shell.PidAsync("port ")));
    }

    [Fact]
    public void A_port_on_which_we_listen_ourselves_is_not_a_workers()
    {
        var process = shell.Start("exec sleep 600");
        using var ours = new TcpListener(IPAddress.Loopback, 0);
        ours.Start();
        Assert.False(PortOwner.IsListening(process.Pid, ((IPEndPoint)ours.LocalEndpoint).Port));
        Assert.True(PortOwner.IsListening(Environment.ProcessId, ((IPEndPoint)ours.LocalEndpoint).Port));
    }

    [Fact]
    public async Task A_port_of_another_worker_is_not_this_ones()
    {
        var other = shell.Start("exec " + Listener("127.0.0.1"));
        var port = await shell.PidAsync("port ");
        var process = shell.Start("exec sleep 600");
        Assert.True(PortOwner.IsListening(other.Pid, port));
        Assert.False(PortOwner.IsListening(process.Pid, port));
    }

    [Fact]
    public void A_port_that_is_bound_but_not_listened_on_is_nobodys()
    {
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.False(PortOwner.IsListening(Environment.ProcessId, ((IPEndPoint)bound.LocalEndPoint!).Port));
    }

    [Fact]
    public async Task A_connection_to_a_port_does_not_make_it_ones_own()
    {
        using var ours = new TcpListener(IPAddress.Loopback, 0);
        ours.Start();
        using var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await near.ConnectAsync(ours.LocalEndpoint);
        Assert.False(PortOwner.IsListening(Environment.ProcessId, ((IPEndPoint)near.LocalEndPoint!).Port));
    }

    [Fact]
    public void Nobody_listens_on_anything() => Assert.False(PortOwner.IsListening(int.MaxValue, 1));

    // Returns a shell command that listens on a free port and prints the port.
    private static string Listener(string address)
    {
        if (Find("python3") is { } python)
        {
            return $"{python} -c \"import socket,time; "
                + $"s=socket.socket(socket.{(address.Contains(':', StringComparison.Ordinal) ? "AF_INET6" : "AF_INET")}); "
                + $"s.bind(('{address}',0)); s.listen(); print('port',s.getsockname()[1],flush=True); time.sleep(600)\"";
        }

        if (Find("node") is { } node)
            return $"{node} -e \"const s=require('net').createServer().listen(0,'{address}',()=>console.log('port',s.address().port))\"";
        Assert.Skip("neither python3 nor node is here to listen on a port");
        return "";
    }

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
