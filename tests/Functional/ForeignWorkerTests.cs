using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Steelyard.Tests.Functional;

/// <summary>
/// Workers from other vendors: programs that implement the worker API differently, and unrelated servers that resemble a worker.
/// </summary>
public sealed class ForeignWorkerTests
{
    public static readonly string Script = Path.Combine(AppContext.BaseDirectory, "Functional", "foreign-worker.mjs");

    [Fact]
    public async Task Another_program_serves_and_nothing_of_its_replies_changes_but_the_id()
    {
        await using var node = await TestNode.StartAsync(options => options with { Worker = $"/usr/bin/env node {Script}" });
        using var created = await node.PostAsync("""{"user":"alice"}""");
        var body = await created.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, created.StatusCode);
        Assert.Equal("application/json; charset=utf-8", created.Content.Headers.ContentType?.ToString());
        var id = body.Split("\"id\" :\"")[1][..36];
        Assert.Equal($$"""{ "data" : {"user":"alice"} ,"created_at":1705314600, "id" :"{{id}}", "extra":{"id":7} }""" + "\n", body);
        Assert.Equal(body, await node.Http.GetStringAsync($"/sessions/{id}"));

        using var deleted = await node.Http.DeleteAsync($"/sessions/{id}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal("deleted", await node.ReasonOfAsync(id));
        await node.ReadyAsync(2);
    }

    [Fact]
    public async Task Its_death_is_noticed_like_that_of_ours()
    {
        await using var node = await TestNode.StartAsync(options => options with { Worker = $"/usr/bin/env node {Script}" });
        var id = await node.CreateAsync();
        Kill.Now(await node.PidOfAsync(id));
        await Eventually.IsTrueAsync(
            async () => await node.StatusOfAsync(id) == HttpStatusCode.NotFound, "the session has ended", seconds: 2);
        Assert.Equal("worker_lost", await node.ReasonOfAsync(id));
    }

    [Fact]
    public async Task A_stranger_on_the_workers_port_is_never_taken_for_the_worker()
    {
        // A program that never opens its port. A bundled worker's port is taken before it starts.
        await using var node = await TestNode.StartAsync(options => options with { Worker = "/bin/sleep 600", Warm = 1, MaxWorkers = 1 });
        await Eventually.IsTrueAsync(() => node.Pool.Workers().Count == 1, "it has started");
        var worker = node.Pool.Workers()[0];
        using var stranger = new TcpListener(IPAddress.Loopback, worker.Port);
        stranger.Start();
        var asked = PretendAsync(stranger);
        await Eventually.IsTrueAsync(() => !Kill.IsAlive(worker.Pid), "the worker was given up, for the port is not its own");
        stranger.Stop();
        Assert.Contains("GET /status", await asked, StringComparison.Ordinal);
        Assert.DoesNotContain("POST", await asked, StringComparison.Ordinal);
        Assert.Equal(0, node.Pool.Status().Ready);
    }

    // Answers like an idle worker, and returns everything it received.
    private static async Task<string> PretendAsync(TcpListener listener)
    {
        var asked = new StringBuilder();
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                var buffer = new byte[4096];
                int count;
                while ((count = await client.GetStream().ReadAsync(buffer)) > 0)
                {
                    var request = Encoding.ASCII.GetString(buffer, 0, count);
                    asked.Append(request);
                    var body = request.StartsWith("GET /health", StringComparison.Ordinal)
                        ? "ok"
                        : """{"available":true,"session_id":null}""";
                    await client.GetStream().WriteAsync(
                        Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
                }
            }
        }
        catch (Exception e) when (e is SocketException or IOException or InvalidOperationException)
        {
            return asked.ToString(); // The listener was stopped, or the orchestrator has closed its connections.
        }
    }
}
