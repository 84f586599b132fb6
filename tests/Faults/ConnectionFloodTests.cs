using System.Net;
using System.Net.Sockets;
using Steelyard.Processes;
using Steelyard.Tests.Functional;

namespace Steelyard.Tests.Faults;

/// <summary>A client without a key opens more connections than the node has descriptors, and sends no request.</summary>
[Collection(FaultTable.Alone)]
public sealed class ConnectionFloodTests
{
    private const int Beyond = 200;

    // The minimum that the runtime and files need at any time.
    private const int Left = 100;

    [Theory]
    [InlineData(1024, false)]
    [InlineData(1024, true)]
    [InlineData(4096, false)]
    public async Task The_node_lives_and_others_are_served(int descriptors, bool onInheritedSocket)
    {
        if (ProcessLimits.Descriptors < descriptors + Beyond + 500)
            Assert.Skip($"this program may open {ProcessLimits.Descriptors} files only");
        using var socket = onInheritedSocket ? Listen() : null;
        await using var node = await NodeProcess.StartWithDescriptorsAsync(descriptors, socket, "--api-key", "right");
        await Eventually.IsTrueAsync(
            async () => (await node.OutputAsync()).Contains($"{descriptors} open files", StringComparison.Ordinal),
            "it says so");
        node.Http.DefaultRequestHeaders.Add("x-api-key", "right");
        var id = await node.CreateAsync();
        for (var run = 0; run < FaultTable.Runs; run++)
        {
            var clock = Stopwatch.Start();
            var flood = await Task.WhenAll(
                Enumerable.Range(0, descriptors + Beyond).Select(_ => ConnectAsync(node.Http.BaseAddress!.Port)));
            await Eventually.IsTrueAsync(() => flood.Count(IsClosed) > Beyond, "those beyond the limit are closed");
            using var newcomer = new HttpClient { BaseAddress = node.Http.BaseAddress };
            newcomer.DefaultRequestHeaders.Add("x-api-key", "right");
            foreach (var http in new[] { node.Http, newcomer })
            {
                using var created = await http.PostAsync("/sessions", null);
                Assert.Equal(HttpStatusCode.Created, created.StatusCode);
                (await http.DeleteAsync(created.Headers.Location)).Dispose();
                Assert.Equal("ok", await http.GetStringAsync("/health"));
                Assert.Contains("ready", await http.GetStringAsync("/workers"), StringComparison.Ordinal);
            }

            Assert.InRange(Directory.GetFiles($"/proc/{node.Process.Pid}/fd").Length, 1, descriptors - Left);
            Assert.Equal(HttpStatusCode.OK, (await node.GetAsync($"/sessions/{id}")).Status);
            FaultTable.Add($"{descriptors} descriptors, connections flood", "all is served after", clock.Elapsed);
            foreach (var one in flood)
                one.Dispose();
        }

        Assert.False(node.Process.Exited.IsCompleted);
        var output = await node.OutputAsync();
        Assert.DoesNotContain("Hung", output, StringComparison.Ordinal);
        Assert.DoesNotContain("NeverReady", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Untrusted", output, StringComparison.Ordinal);
        Assert.DoesNotContain("error of ours", output, StringComparison.Ordinal);
    }

    private static Socket Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(512);
        return socket;
    }

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
        }
        catch (SocketException)
        {
            // The node has already closed it to make room for the next one.
        }

        return socket;
    }

    // The node sends nothing to these connections, so a readable one has ended.
    private static bool IsClosed(Socket socket) => socket.Poll(0, SelectMode.SelectRead);
}
