using System.Net;
using System.Net.Sockets;
using Steelyard.Contract.Setup;

namespace SteelBrowser.Relay;

/// <summary>
/// One connection of a browser context that has a proxy of its own. The browser speaks to the proxy itself, and logs in to it, if the
/// client tells it how. So the bytes are passed on unchanged.
/// </summary>
internal sealed class ContextProxy(Wire browser, ProxyServer proxy, Dialer dialer, RelayFailures failures, TimeProvider time)
{
    private static readonly TimeSpan HeadDeadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(20);

    /// <summary>Returns when the connection is over, for any reason.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            using var upstream = await Deadline.WithinAsync(
                ConnectDeadline, deadline => dialer.DialAsync(proxy, new Traffic(), deadline), time, stop);
            await Splice.JoinAsync(
                over => Splice.PumpAsync(browser, upstream, default, over),
                over => Splice.PumpAsync(upstream, browser, default, over),
                time,
                stop);
        }
        catch (ProxyException e)
        {
            await ExplainAsync(HttpStatusCode.BadGateway, e.Message, stop);
        }
        catch (EgressException e)
        {
            failures.AddRefusal(new(proxy.Host, proxy.Port), e.Message);
            await ExplainAsync(HttpStatusCode.Forbidden, e.Message, stop);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One of the two sides has gone, which is how connections end.
        }
    }

    // Reads the request first: with unread data, the system would reset the connection and the answer would be lost.
    private async Task ExplainAsync(HttpStatusCode status, string why, CancellationToken stop)
    {
        if (proxy.Kind == ProxyKind.Socks5)
            return;
        try
        {
            var head = await Deadline.WithinAsync(HeadDeadline, deadline => HeadReader.ReadAsync(browser, default, deadline), time, stop);
            if (head is not null)
                await ErrorPage.WriteAsync(browser, status, why, stop);
        }
        catch (Exception e) when (e is ProxyException or IOException or SocketException or OperationCanceledException)
        {
            // The browser did not wait for the page.
        }
    }
}
