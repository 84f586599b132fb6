using System.Net;
using System.Net.Sockets;
using Steelyard.Processes;
using Steelyard.Tests.Functional;

namespace Steelyard.Tests.Faults;

/// <summary>The orchestrator runs out of a resource, or its clients vanish.</summary>
[Collection(FaultTable.Alone)]
public sealed class NodeShortageTests
{
    private const string Utilities = "/usr/bin";
    private const int MostWorkers = 6;

    [Fact]
    public async Task Its_run_directory_is_full()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip("only root may mount a small file system");
        var folder = Directory.CreateTempSubdirectory("steelyard-full-").FullName;
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=4m", "none", folder);
        try
        {
            // "restore" makes the node keep the bodies of creates.
            await using var node = await NodeProcess.StartAsync(
                Path.Combine(folder, "run"), "--warm", "2", "--max-workers", "8", "--on-worker-lost", "restore");
            for (var run = 0; run < FaultTable.Runs; run++)
            {
                var id = await node.CreateAsync();
                await node.ReadyAsync(2);
                Fill(Path.Combine(folder, "filler"));

                // A record overwrites the last record of its worker, so only a record larger than all before needs more space.
                using (var refused = await node.PostAsync($$"""{"text":"{{new string('x', 1_000_000)}}"}"""))
                    Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
                Assert.Equal(HttpStatusCode.OK, (await node.GetAsync($"/sessions/{id}")).Status);
                File.Delete(Path.Combine(folder, "filler"));
                var clock = Stopwatch.Start();
                await Eventually.IsTrueAsync(async () => await IsCreatedAsync(node), "creates are taken again");
                FaultTable.Add("run directory full", "creates again after room is made", clock.Elapsed);
                using var deleted = await node.Http.DeleteAsync($"/sessions/{id}");
            }
        }
        finally
        {
            await RunAsync("umount", "-l", folder);
            Directory.Delete(folder);
        }
    }

    // The folder is mounted on itself, so that files that are open for writing stay writable.
    [Fact]
    public async Task Its_run_directory_is_read_only()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip("only root may mount");
        var folder = Directory.CreateTempSubdirectory("steelyard-readonly-").FullName;
        await using (var node = await NodeProcess.StartAsync(
            Path.Combine(folder, "run"), "--warm", "2", "--max-workers", "8", "--queue-timeout", "1s"))
        {
            for (var run = 0; run < FaultTable.Runs; run++)
            {
                var id = await node.CreateAsync();
                await node.ReadyAsync(2);
                await RunAsync("mount", "--bind", folder, folder);
                try
                {
                    await RunAsync("mount", "-o", "remount,ro,bind", folder);
                    using (var refused = await node.PostAsync())
                        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
                    Assert.Equal(HttpStatusCode.OK, (await node.GetAsync($"/sessions/{id}")).Status);
                }
                finally
                {
                    await RunAsync("umount", "-l", folder);
                }

                var clock = Stopwatch.Start();
                await Eventually.IsTrueAsync(async () => await IsCreatedAsync(node), "creates are taken again");
                FaultTable.Add("run directory read-only", "creates again after it is writable", clock.Elapsed);
                using var deleted = await node.Http.DeleteAsync($"/sessions/{id}");
            }
        }

        Directory.Delete(folder, recursive: true);
    }

    // The runtime ends a process that cannot start a thread, and a thread needs a descriptor; see decision 0008. DescriptorBudget always
    // leaves some, but this test takes the last one away. So the node may die here, and then no session may be lost.
    [Fact]
    public async Task It_has_no_descriptors_left()
    {
        string[] options = ["--warm", "2", "--max-workers", $"{MostWorkers}", "--queue-timeout", "1s"];
        var node = await NodeProcess.StartAsync(null, options);
        try
        {
            for (var run = 0; run < FaultTable.Runs; run++)
            {
                await node.ReadyAsync(2);
                List<string> created = [await node.CreateAsync()];
                try
                {
                    await UseUpDescriptorsAsync(node, created);
                }
                catch
                {
                    // The kernel closes the connections of a process before it reports the exit.
                    if (await Task.WhenAny(node.Process.Exited, Task.Delay(TimeSpan.FromSeconds(1))) != node.Process.Exited)
                        throw;
                    var clock = Stopwatch.Start();
                    var successor = await node.KillAndRestartAsync(options);
                    await node.DisposeAsync();
                    node = successor;
                    foreach (var id in created)
                        Assert.Equal(HttpStatusCode.OK, await node.SettledAsync($"/sessions/{id}"));
                    FaultTable.Add("no descriptors", "the runtime ended the node: its successor serves all sessions after", clock.Elapsed);
                }

                foreach (var each in created)
                    (await node.Http.DeleteAsync($"/sessions/{each}")).Dispose();
            }
        }
        finally
        {
            await node.DisposeAsync();
        }
    }

    private static async Task UseUpDescriptorsAsync(NodeProcess node, List<string> created)
    {
        var pid = node.Process.Pid;
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => node.StatusAsync())); // starts most of the threads
        var open = Directory.GetFiles($"/proc/{pid}/fd").Length;
        await RunAsync("prlimit", $"--pid={pid}", $"--nofile={open}:");
        Assert.Equal(HttpStatusCode.OK, (await node.GetAsync($"/sessions/{created[0]}")).Status);

        // An existing worker may serve one more session, but no other worker can be started.
        HttpStatusCode last;
        do
        {
            last = await CreateAsync(node, created);
        }
        while (last == HttpStatusCode.Created && created.Count < MostWorkers);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, last);
        await RunAsync("prlimit", $"--pid={pid}", "--nofile=4096:");
        var clock = Stopwatch.Start();
        await Eventually.IsTrueAsync(
            async () => await CreateAsync(node, created) == HttpStatusCode.Created || created.Count == MostWorkers,
            "creates are taken again");
        FaultTable.Add("no descriptors", "creates again after there are some", clock.Elapsed);
        await Eventually.IsTrueAsync(
            async () =>
            {
                while (created.Count < MostWorkers && await CreateAsync(node, created) == HttpStatusCode.Created)
                {
                }

                return created.Count == MostWorkers;
            },
            "all workers can be used");
        FaultTable.Add("no descriptors", "all workers are used after there are some", clock.Elapsed);
    }

    [Fact]
    public async Task Two_hundred_clients_vanish()
    {
        await using var node = await TestNode.StartAsync(
            options => options with { Warm = 4, MaxWorkers = 16, SessionTtl = TimeSpan.FromSeconds(2) });
        var random = new Random(11);
        for (var run = 0; run < FaultTable.Runs; run++)
        {
            await Task.WhenAll(Enumerable.Range(0, 200).Select(number => VanishAsync(node, number, random.Next(1, 60))));
            var clock = Stopwatch.Start();
            await Eventually.IsTrueAsync(() => node.Pool.Status() is { Leased: 0, Queued: 0 }, "nothing is held for them", seconds: 20);
            FaultTable.Add("200 clients vanish", "nothing is held any more after", clock.Elapsed);
        }
    }

    // Sends all or part of a create or a connect, then resets the connection.
    private static async Task VanishAsync(TestNode node, int number, int milliseconds)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new(true, 0) };
        await socket.ConnectAsync("127.0.0.1", node.Http.BaseAddress!.Port);
        var request = number % 2 == 0
            ? "POST /sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"
            : "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(number % 5 == 0 ? request[..(request.Length / 2)] : request));
        await Task.Delay(milliseconds);
    }

    // A node that is short of descriptors closes idle connections. A create that uses one at that moment counts as refused.
    private static async Task<HttpStatusCode> CreateAsync(NodeProcess node, List<string> created)
    {
        try
        {
            using var reply = await node.PostAsync();
            if (reply.StatusCode == HttpStatusCode.Created)
                created.Add(reply.Headers.Location!.OriginalString.Split('/')[^1]);
            return reply.StatusCode;
        }
        catch (HttpRequestException e) when (e.InnerException is IOException)
        {
            return HttpStatusCode.ServiceUnavailable;
        }
    }

    private static async Task<bool> IsCreatedAsync(NodeProcess node)
    {
        using var reply = await node.PostAsync();
        if (reply.StatusCode != HttpStatusCode.Created)
            return false;
        using var deleted = await node.Http.DeleteAsync(reply.Headers.Location);
        return true;
    }

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            for (var block = new byte[4096]; ;)
                file.Write(block);
        }
        catch (IOException)
        {
            // The disk is full, as intended.
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var path = Path.Combine(Utilities, program);
        if (!File.Exists(path))
            Assert.Skip($"there is no {path}");
        Assert.Equal(0, (await OsProcess.Start(new(path, arguments)).Exited).Code);
    }
}
