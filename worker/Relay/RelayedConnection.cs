using System.Net;
using System.Net.Sockets;
using System.Text;
using Steelyard.Contract.Setup;

namespace SteelBrowser.Relay;

/// <summary>
/// One connection of the browser, forwarded to the session's proxy: a tunnel, or one plain request. The browser never sees the proxy's
/// credentials and is never asked for them.
/// </summary>
internal sealed class RelayedConnection(
    Wire browser, ProxyServer upstream, Dialer dialer, RelayFailures failures, Traffic traffic, TimeProvider time)
{
    private static readonly TimeSpan HeadDeadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(20);

    private Destination destination = new("", 0);
    private bool answered;

    /// <summary>Returns when the connection is over, for any reason.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            if (await WithinAsync(HeadDeadline, deadline => HeadReader.ReadAsync(browser, default, deadline), stop) is not var (head, rest))
                return;
            if (head.Words.First == "CONNECT")
            {
                destination = Destination.OfAuthority(head.Words.Second);
                await TunnelAsync(rest, stop);
            }
            else
            {
                await RequestAsync(head, rest, stop);
            }
        }
        catch (ProxyException e) when (!answered)
        {
            failures.Add(destination, e.Message);
            await ErrorPage.WriteAsync(browser, HttpStatusCode.BadGateway, e.Message, stop);
        }
        catch (EgressException e)
        {
            failures.AddRefusal(destination, e.Message);
            await ErrorPage.WriteAsync(browser, HttpStatusCode.Forbidden, e.Message, stop);
        }
        catch (Exception e) when (
            e is ProxyException or IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One of the two sides has gone, which is how connections end.
        }
    }

    private async Task TunnelAsync(ReadOnlyMemory<byte> rest, CancellationToken stop)
    {
        using var proxy = await OpenAsync(stop);
        var early = upstream.Kind == ProxyKind.Socks5
            ? await WithinAsync(ConnectDeadline, deadline => SocksAsync(proxy, deadline), stop)
            : await WithinAsync(ConnectDeadline, deadline => ConnectAsync(proxy, deadline), stop);
        answered = true;
        failures.Clear(destination);
        await browser.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), stop);
        await JoinAsync(proxy, rest, cancellation => Splice.PumpAsync(proxy, browser, early, cancellation), stop);
    }

    private async Task RequestAsync(HttpHead head, ReadOnlyMemory<byte> rest, CancellationToken stop)
    {
        var (method, url, version) = head.Words;
        (destination, var path) = Destination.OfUrl(url);
        using var proxy = await OpenAsync(stop);
        if (upstream.Kind == ProxyKind.Socks5)
        {
            await WithinAsync(ConnectDeadline, deadline => SocksAsync(proxy, deadline), stop);
            head = (head with { StartLine = $"{method} {path} {version}" }).ForOneRequest();
        }
        else
        {
            head = head.ForOneRequest(Credentials);
        }

        await proxy.WriteAsync(head.ToBytes(), stop);
        await JoinAsync(proxy, rest, cancellation => RespondAsync(proxy, cancellation), stop);
    }

    private Task<Wire> OpenAsync(CancellationToken stop) =>
        WithinAsync(ConnectDeadline, deadline => dialer.DialAsync(upstream, traffic, deadline), stop);

    private async Task<ReadOnlyMemory<byte>> SocksAsync(Wire proxy, CancellationToken deadline)
    {
        try
        {
            await SocksHandshake.RunAsync(proxy, upstream, destination, deadline);
            return default;
        }
        catch (IOException e)
        {
            throw new ProxyException($"the proxy ended the connection: {e.Message}");
        }
    }

    // Returns the bytes that have already come through the new tunnel.
    private async Task<ReadOnlyMemory<byte>> ConnectAsync(Wire proxy, CancellationToken deadline)
    {
        var request = new HttpHead($"CONNECT {destination.Authority} HTTP/1.1", [$"Host: {destination.Authority}", .. Credentials]);
        await proxy.WriteAsync(request.ToBytes(), deadline);
        if (await HeadReader.ReadAsync(proxy, default, deadline) is not var (head, early))
            throw new ProxyException("the proxy ended the connection");
        return head.Status is >= 200 and < 300
            ? early
            : throw new ProxyException($"the proxy does not connect to {destination.Authority}: {head.StartLine}");
    }

    private IEnumerable<string> Credentials => upstream.Username is null
        ? []
        : ["Proxy-Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{upstream.Username}:{upstream.Password}"))];

    // The browser is told to close the connection: another request on it would be forwarded without credentials.
    private async Task RespondAsync(Wire proxy, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> rest = default;
        while (true)
        {
            if (await HeadReader.ReadAsync(proxy, rest, cancellation) is not var (head, behind))
                throw new ProxyException("the proxy ended the connection");
            rest = behind;
            if (head.Status == StatusCodes.Status407ProxyAuthenticationRequired)
                throw new ProxyException("the proxy refuses the user name or password");
            var interim = head.Status is >= 100 and < 200;
            answered = !interim;
            failures.Clear(destination);
            await browser.WriteAsync((interim ? head : head.ForOneRequest()).ToBytes(), cancellation);
            if (!interim)
                break;
        }

        await Splice.PumpAsync(proxy, browser, rest, cancellation);
    }

    private Task JoinAsync(Wire proxy, ReadOnlyMemory<byte> rest, Func<CancellationToken, Task> down, CancellationToken stop) =>
        Splice.JoinAsync(over => Splice.PumpAsync(browser, proxy, rest, over), down, time, stop);

    private Task<T> WithinAsync<T>(TimeSpan period, Func<CancellationToken, Task<T>> work, CancellationToken stop) =>
        Deadline.WithinAsync(period, work, time, stop);
}
