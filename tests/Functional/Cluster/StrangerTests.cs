using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Steelyard.Fabric;

namespace Steelyard.Tests.Functional.Cluster;

/// <summary>Only who knows the cluster's secret can call its nodes or join it, even with the password of the table.</summary>
public sealed class StrangerTests
{
    [Fact]
    public async Task A_node_takes_no_call_from_a_stranger()
    {
        await using var cluster = await TestCluster.StartAsync("redis", 2);
        var session = await cluster.CreateOnAsync(1);
        using var other = new ClusterCertificate(new(NewSecret()), "stranger");
        using var own = new ClusterCertificate(new(await File.ReadAllTextAsync(cluster.SecretFile)), "friend");
        foreach (var port in new[] { cluster.PeerPort(1), cluster.PeerPort(1) + 1 })
        {
            Assert.Null(await AskAsync(port, session, null));
            Assert.Null(await AskAsync(port, session, new() { RemoteCertificateValidationCallback = Trusting, TargetHost = "x" }));
            var stranger = other.AsClient();
            stranger.RemoteCertificateValidationCallback = Trusting;
            Assert.Null(await AskAsync(port, session, stranger));
        }

        Assert.StartsWith("HTTP/1.1 200", await AskAsync(cluster.PeerPort(1) + 1, session, own.AsClient()), StringComparison.Ordinal);
        await cluster.KnowEachOtherAsync();
    }

    [Fact]
    public async Task A_node_with_another_secret_does_not_become_a_member()
    {
        await using var cluster = await TestCluster.StartAsync("redis", 2);
        var file = Path.Combine(Path.GetTempPath(), TestNode.FolderName());
        await File.WriteAllTextAsync(file, NewSecret());
        var words = cluster.OptionsOf(2);
        words[Array.IndexOf(words, "--cluster-secret-file") + 1] = file;
        await using var stranger = NodeProcess.Spawn(null, words);
        await Task.Delay(TimeSpan.FromSeconds(6)); // A friend is a member after two.
        Assert.DoesNotContain("listens on", await stranger.OutputAsync(), StringComparison.Ordinal);
        await cluster.KnowEachOtherAsync();
        foreach (var session in new[] { await cluster.CreateOnAsync(0), await cluster.CreateOnAsync(1) })
            Assert.Equal(HttpStatusCode.OK, await TestCluster.StatusAsync(cluster.Nodes[0], session));
        File.Delete(file);
    }

    [Theory]
    [InlineData("--node", "n0")]
    [InlineData("--node-id", "")]
    public async Task A_second_node_of_the_same_name_or_number_is_refused(string option, string value)
    {
        await using var cluster = await TestCluster.StartAsync("redis", 1);
        var words = cluster.OptionsOf(1);
        if (option == "--node")
            words[Array.IndexOf(words, option) + 1] = value;
        else
            words = [.. words, option, $"{(await TestCluster.NodesAsync(cluster.Nodes[0]))[0]["number"]}"];
        await using var second = NodeProcess.Spawn(null, words);
        Assert.Equal(2, (await second.Process.Exited.WaitAsync(TimeSpan.FromSeconds(20))).Code);
        Assert.Contains("hoose", await second.OutputAsync(), StringComparison.Ordinal);
        Assert.Contains(option, await second.OutputAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_is_alone_loads_nothing_of_all_this()
    {
        await using var node = await NodeProcess.StartAsync();
        await node.CreateAsync();
        var maps = await File.ReadAllTextAsync($"/proc/{node.Process.Pid}/maps");
        Assert.Contains("Steelyard.Fabric.dll", maps, StringComparison.Ordinal);
        foreach (var library in new[] { "Orleans", "Redis", "Npgsql" })
            Assert.DoesNotContain(library, maps, StringComparison.OrdinalIgnoreCase);
    }

    // A stranger does not care whom it talks to.
    private static bool Trusting(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate is not null;

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    // The answer; null when there is none.
    private static async Task<string?> AskAsync(int port, string session, SslClientAuthenticationOptions? tls)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, port, deadline.Token);
            Stream stream = socket.GetStream();
            if (tls is not null)
            {
                var secure = new SslStream(stream);
                await secure.AuthenticateAsClientAsync(tls, deadline.Token);
                stream = secure;
            }

            await stream.WriteAsync(
                Encoding.ASCII.GetBytes(
                    $"GET /sessions/{session} HTTP/1.1\r\nHost: x\r\nSteelyard-Operator: 1\r\nConnection: close\r\n\r\n"),
                deadline.Token);
            var answer = new byte[1000];
            var length = await stream.ReadAsync(answer, deadline.Token);
            return length == 0 ? null : Encoding.ASCII.GetString(answer, 0, length);
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException or OperationCanceledException)
        {
            return null;
        }
    }
}
