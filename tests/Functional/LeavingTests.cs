using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Steelyard.Contract;

namespace Steelyard.Tests.Functional;

/// <summary>Clients that disconnect while a page is working for them.</summary>
public sealed class LeavingTests
{
    [Theory]
    [InlineData("scrape")]
    [InlineData("screenshot")]
    public async Task One_that_leaves_gives_its_worker_back_at_once(string call)
    {
        if (BrowserLocator.Find(null) is null)
            Assert.Skip("no Chromium is installed: run `make browser`");
        await using var node = await TestNode.StartAsync(options => options with { Worker = "chromium", Warm = 1, MaxWorkers = 1 });
        await node.ReadyAsync(1);
        using var silent = new TcpListener(IPAddress.Loopback, 0); // Accepts connections and never answers.
        silent.Start();
        using var leaving = new CancellationTokenSource();
        var asked = node.Http.PostAsJsonAsync(
            $"/v1/{call}", new { url = $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/" }, leaving.Token);
        using var page = await silent.AcceptTcpClientAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1, node.Pool.Status().Leased);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await Eventually.IsTrueAsync(
            () => node.Pool.Status().Leased == 0, "the worker is free, though the page may load for 30 s", seconds: 15);
    }
}
