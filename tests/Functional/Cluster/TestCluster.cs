using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Steelyard.Processes;
using Steelyard.Tests.Functional.Tables;

namespace Steelyard.Tests.Functional.Cluster;

/// <summary>Several orchestrators as processes on this machine, with a real server for their table.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly string secretFile = Path.Combine(Path.GetTempPath(), TestNode.FolderName());
    private readonly string[] options;
    private readonly bool isRedirecting;
    private readonly int firstPort;

    private TestCluster(TableServer table, bool isRedirecting, string[] options)
    {
        (Table, Address, this.isRedirecting, this.options) = (table, table.Address, isRedirecting, options);
        firstPort = FreePorts(3 * MostNodes);
        File.WriteAllText(secretFile, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
    }

    private const int MostNodes = 4;

    public TableServer Table { get; }

    public string Address { get; }

    public string SecretFile => secretFile;

    public List<NodeProcess> Nodes { get; } = [];

    /// <summary>Starts nodes named n0, n1 and so on, and waits until they know each other.</summary>
    public static Task<TestCluster> StartAsync(string kind, int nodes, params string[] options) =>
        StartAsync(kind, nodes, isRedirecting: false, options);

    /// <summary>The same, and each node says where clients reach it.</summary>
    public static Task<TestCluster> StartRedirectingAsync(string kind, int nodes, params string[] options) =>
        StartAsync(kind, nodes, isRedirecting: true, options);

    private static async Task<TestCluster> StartAsync(string kind, int nodes, bool isRedirecting, string[] options)
    {
        TableServer table = kind == "redis" ? await RedisServer.StartNewAsync() : await PostgresServer.StartNewAsync();
        var cluster = new TestCluster(table, isRedirecting, options);
        try
        {
            cluster.Nodes.AddRange(await Task.WhenAll(Enumerable.Range(0, nodes).Select(i => cluster.StartNodeAsync(i))));
            if (Array.IndexOf(options, "--api-key") is >= 0 and var at)
                cluster.Nodes.ForEach(node => node.Http.DefaultRequestHeaders.Add("x-api-key", options[at + 1].Split(':')[1]));
            await cluster.KnowEachOtherAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public int PeerPort(int node) => firstPort + (2 * node);

    public string[] OptionsOf(int node) =>
    [
        "--cluster", Address, "--cluster-secret-file", secretFile, "--node", Name(node),
        "--advertise", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{PeerPort(node)}"), .. Public(node), .. options,
    ];

    private string[] Public(int node)
    {
        var port = (firstPort + (2 * MostNodes) + node).ToString(CultureInfo.InvariantCulture);
        return isRedirecting ? ["--port", port, "--redirect", $"http://127.0.0.1:{port}"] : [];
    }

    public static string Name(int node) => string.Create(CultureInfo.InvariantCulture, $"n{node}");

    /// <summary>Starts another node, or one again on its run directory.</summary>
    public Task<NodeProcess> StartNodeAsync(int node, string? runDirectory = null, params string[] more) =>
        NodeProcess.StartAsync(runDirectory, [.. OptionsOf(node), .. more]);

    /// <summary>Kills a node and starts it again in its place.</summary>
    public async Task RestartAsync(int node)
    {
        await Nodes[node].KillAsync();
        Nodes[node] = await StartNodeAsync(node, Nodes[node].RunDirectory);
    }

    public Task KnowEachOtherAsync() => Eventually.IsTrueAsync(
        async () =>
        {
            foreach (var node in Nodes)
            {
                if ((await NodesAsync(node)).Count(entry => (string?)entry["state"] == "active") != Nodes.Count)
                    return false;
            }

            return true;
        },
        "the nodes know each other",
        30);

    public static async Task<List<JsonNode>> NodesAsync(NodeProcess node) =>
        [.. (await node.Http.GetFromJsonAsync<JsonObject>("/nodes"))!["nodes"]!.AsArray().Select(entry => entry!)];

    public static async Task<HttpStatusCode> StatusAsync(NodeProcess node, string session)
    {
        using var reply = await node.Http.GetAsync($"/sessions/{session}");
        return reply.StatusCode;
    }

    /// <summary>The index of the node that has a session.</summary>
    public async Task<int> OwnerAsync(string session)
    {
        var number = int.Parse(session.AsSpan(0, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var names = (await NodesAsync(Nodes.First(node => !node.Process.Exited.IsCompleted)))
            .ToDictionary(entry => (int)entry["number"]!, entry => (string)entry["name"]!);
        return int.Parse(names[number].AsSpan(1), CultureInfo.InvariantCulture);
    }

    /// <summary>Creates a session on this very node.</summary>
    public async Task<string> CreateOnAsync(int node)
    {
        while (true)
        {
            var session = await Nodes[node].CreateAsync();
            if (await OwnerAsync(session) == node)
                return session;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes.Where(node => !node.Process.Exited.IsCompleted))
            node.Process.Send(Signal.Continue);
        Table.Resume();
        await Task.WhenAll(Nodes.Select(node => node.DisposeAsync().AsTask()));
        await Table.DisposeAsync();
        File.Delete(secretFile);
    }

    // Below the ports that the kernel gives to others, and each test process at another place.
    private static int FreePorts(int count)
    {
        for (var first = 10_000 + (RandomNumberGenerator.GetInt32(900) * 10); ; first = 10_000 + (RandomNumberGenerator.GetInt32(900) * 10))
        {
            if (Enumerable.Range(first, count).All(IsFree))
                return first;
        }
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
