using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Steelyard.Processes;

namespace Steelyard.Tests.Functional.Tables;

/// <summary>A real Redis that writes each change to its file before it answers, as a cluster needs it.</summary>
internal sealed class RedisServer : TableServer
{
    private readonly string program;

    private RedisServer(string program) => this.program = program;

    public override string Address =>
        string.Create(CultureInfo.InvariantCulture, $"redis://:{Uri.EscapeDataString(Password)}@127.0.0.1:{Port}");

    /// <summary>Starts one. Skips the test when it is not installed.</summary>
    public static async Task<RedisServer> StartNewAsync()
    {
        var program = Find("redis-server");
        if (program is null)
            Assert.Skip("Redis is not installed: run tests/install-tables.sh, or apt-get install redis-server");
        var server = new RedisServer(program);
        try
        {
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    protected override ProcessSpec Spec() => new(
        program,
        [
            "--bind", "127.0.0.1", "--port", Port.ToString(CultureInfo.InvariantCulture), "--requirepass", Password, "--dir", Folder,
            "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction",
        ]);

    public override async Task EmptyAsync() => Assert.Contains("+OK", await CallAsync("FLUSHALL"), StringComparison.Ordinal);

    // It refuses calls until it has read its file.
    protected override async Task<bool> AnswersAsync()
    {
        try
        {
            return (await CallAsync("PING")).Contains("+PONG", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<string> CallAsync(string command)
    {
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await client.ConnectAsync(IPAddress.Loopback, Port, late.Token);
        await client.SendAsync(Encoding.ASCII.GetBytes($"AUTH {Password}\r\n{command}\r\nQUIT\r\n"), late.Token);
        using var reader = new StreamReader(new NetworkStream(client));
        return await reader.ReadToEndAsync(late.Token);
    }
}
