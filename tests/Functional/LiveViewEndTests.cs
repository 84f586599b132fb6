using System.Net;
using System.Net.WebSockets;
using Steelyard.Processes;

namespace Steelyard.Tests.Functional;

/// <summary>Viewers that the live view refuses, and how a live view ends.</summary>
public sealed class LiveViewEndTests
{
    [Fact]
    public async Task The_end_of_the_session_closes_with_a_reason()
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var viewer = await worker.WatchAsync();
        await viewer.FrameAsync();
        await worker.DeleteAsync();
        Assert.Equal((WebSocketCloseStatus.NormalClosure, "session ended"), await viewer.ClosedAsync());
        Assert.Equal(HttpStatusCode.NotFound, await RefusedAsync(worker.LiveAddress()));
        await worker.CreateAsync();
        using var next = await worker.WatchAsync();
        await next.FrameAsync();
    }

    [Fact]
    public async Task The_death_of_the_browser_closes_with_a_reason()
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var viewer = await worker.WatchAsync();
        await viewer.FrameAsync();
        Kill.Now(worker.BrowserPid());
        Assert.Equal((WebSocketCloseStatus.InternalServerError, "browser lost"), await viewer.ClosedAsync());
    }

    [Fact]
    public async Task A_client_that_closes_the_browser_ends_it_in_order()
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var viewer = await worker.WatchAsync();
        await viewer.FrameAsync();
        using var client = await worker.AttachAsync();
        await client.CallAsync("Browser.close");
        Assert.Equal((WebSocketCloseStatus.NormalClosure, "the client has closed the browser"), await viewer.ClosedAsync());
    }

    [Fact]
    public async Task A_setup_that_replaces_the_browser_asks_the_viewer_to_come_again()
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var viewer = await worker.WatchAsync();
        await viewer.FrameAsync();
        var setup = worker.SetUpAsync("""{"userAgent":"Tester/1.0"}""");
        Assert.Equal(((WebSocketCloseStatus)1012, "the browser is being replaced: reconnect"), await viewer.ClosedAsync());
        Assert.Contains(
            await RefusedAsync(worker.LiveAddress()), new[] { HttpStatusCode.ServiceUnavailable, HttpStatusCode.SwitchingProtocols });
        await setup;
        using var again = await worker.WatchAsync();
        await again.FrameAsync();
    }

    [Fact]
    public async Task The_stop_of_the_worker_closes_with_a_reason()
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var viewer = await worker.WatchAsync();
        await viewer.FrameAsync();
        Kill.Now(worker.Pid, Signal.Terminate);
        Assert.Equal((WebSocketCloseStatus.EndpointUnavailable, "the worker is stopping"), await viewer.ClosedAsync());
    }

    [Fact]
    public async Task What_cannot_be_watched_is_refused()
    {
        await using var worker = await WorkerProcess.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, await RefusedAsync(new(worker.LiveAddress(), "../other/live")));
        Assert.Equal(HttpStatusCode.BadRequest, await RefusedAsync(worker.LiveAddress("?interactive=perhaps")));
        using var plain = await worker.Http.GetAsync(worker.PathOf("live"));
        Assert.Equal(HttpStatusCode.UpgradeRequired, plain.StatusCode);
    }

    [Fact]
    public async Task A_session_has_thirty_two_viewers_at_most()
    {
        await using var worker = await WorkerProcess.StartAsync();
        var viewers = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => worker.WatchAsync()));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await RefusedAsync(worker.LiveAddress()));
        await Task.WhenAll(viewers.Select(viewer => viewer.FrameAsync()));
        await viewers[0].LeaveAsync();
        await Eventually.IsTrueAsync(
            async () => await RefusedAsync(worker.LiveAddress()) == HttpStatusCode.SwitchingProtocols, "one may take its place");
        foreach (var viewer in viewers)
            viewer.Dispose();
    }

    [Fact]
    public async Task A_message_without_measure_ends_the_view()
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var viewer = await worker.WatchAsync();
        await viewer.SendAsync($$"""{"type":"text","text":"{{new string('a', 70_000)}}"}""");
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, (await viewer.ClosedAsync()).Code);
    }

    // The status of the response to the handshake.
    private static async Task<HttpStatusCode> RefusedAsync(Uri address)
    {
        using var socket = new ClientWebSocket { Options = { CollectHttpResponseDetails = true } };
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        try
        {
            await socket.ConnectAsync(address, deadline.Token);
        }
        catch (WebSocketException)
        {
            // The status in the response tells why.
        }

        return socket.HttpStatusCode;
    }
}
