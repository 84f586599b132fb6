using System.Net.Sockets;
using System.Text;

namespace Steelyard.Worker.Proxy;

/// <summary>
/// One connection of the browser, carried to the session's proxy: a tunnel, or one plain request. The browser never sees the proxy's
/// credentials, and is never asked for them.
/// </summary>
internal sealed class RelayedConnection(Wire browser, Upstream upstream, Traffic traffic, TimeProvider time)
{
    private const int BufferBytes = 16 * 1024;
    private static readonly TimeSpan HeadDeadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(10);

    private bool answered;

    /// <summary>Returns when the connection is over, however that came about.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            if (await WithinAsync(HeadDeadline, deadline => HeadReader.ReadAsync(browser, default, deadline), stop) is not var (head, rest))
                return;
            if (head.Words.First == "CONNECT")
                await TunnelAsync(Destination.OfAuthority(head.Words.Second), rest, stop);
            else
                await RequestAsync(head, rest, stop);
        }
        catch (ProxyException e) when (!answered)
        {
            await RefuseAsync(e.Message, stop);
        }
        catch (Exception e) when (e is ProxyException or IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One of both sides has gone, which is how connections end.
        }
    }

    private async Task TunnelAsync(Destination destination, ReadOnlyMemory<byte> rest, CancellationToken stop)
    {
        using var proxy = await OpenAsync(stop);
        var early = upstream.Kind == UpstreamKind.Socks5
            ? await WithinAsync(ConnectDeadline, deadline => SocksAsync(proxy, destination, deadline), stop)
            : await WithinAsync(ConnectDeadline, deadline => ConnectAsync(proxy, destination, deadline), stop);
        answered = true;
        await browser.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), stop);
        await JoinAsync(proxy, rest, cancellation => PumpAsync(proxy, browser, early, cancellation), stop);
    }

    private async Task RequestAsync(HttpHead head, ReadOnlyMemory<byte> rest, CancellationToken stop)
    {
        var (method, url, version) = head.Words;
        var (destination, path) = Destination.OfUrl(url);
        using var proxy = await OpenAsync(stop);
        if (upstream.Kind == UpstreamKind.Socks5)
        {
            await WithinAsync(ConnectDeadline, deadline => SocksAsync(proxy, destination, deadline), stop);
            head = (head with { StartLine = $"{method} {path} {version}" }).ForOneRequest();
        }
        else
        {
            head = head.ForOneRequest(Credentials);
        }

        await proxy.WriteAsync(head.ToBytes(), stop);
        await JoinAsync(proxy, rest, cancellation => RespondAsync(proxy, cancellation), stop);
    }

    private Task<Wire> OpenAsync(CancellationToken stop) => WithinAsync(ConnectDeadline, deadline => Dialer.ConnectAsync(upstream, traffic, deadline), stop);

    private async Task<ReadOnlyMemory<byte>> SocksAsync(Wire proxy, Destination destination, CancellationToken deadline)
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

    // Returns what has already come through the new tunnel.
    private async Task<ReadOnlyMemory<byte>> ConnectAsync(Wire proxy, Destination destination, CancellationToken deadline)
    {
        var request = new HttpHead($"CONNECT {destination.Authority} HTTP/1.1", [$"Host: {destination.Authority}", .. Credentials]);
        await proxy.WriteAsync(request.ToBytes(), deadline);
        if (await HeadReader.ReadAsync(proxy, default, deadline) is not var (head, early))
            throw new ProxyException("the proxy ended the connection");
        return head.Status is >= 200 and < 300 ? early : throw new ProxyException($"the proxy does not connect to {destination.Authority}: {head.StartLine}");
    }

    private IEnumerable<string> Credentials => upstream.Username is null
        ? []
        : ["Proxy-Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{upstream.Username}:{upstream.Password}"))];

    // The browser is told to close: over this connection it may send nothing more, which would pass without credentials.
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
            await browser.WriteAsync((interim ? head : head.ForOneRequest()).ToBytes(), cancellation);
            if (!interim)
                break;
        }

        await PumpAsync(proxy, browser, rest, cancellation);
    }

    // Both directions. After the end of one the other has a little time left.
    private async Task JoinAsync(Wire proxy, ReadOnlyMemory<byte> rest, Func<CancellationToken, Task> down, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var both = new[] { down(over.Token), PumpAsync(browser, proxy, rest, over.Token) };
        try
        {
            await await Task.WhenAny(both);
            await Task.WhenAll(both).WaitAsync(Linger, time, stop);
        }
        catch (TimeoutException)
        {
            // The other side leaves its end open: it is cut.
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(both).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task PumpAsync(Wire from, Wire to, ReadOnlyMemory<byte> first, CancellationToken cancellation)
    {
        if (first.Length > 0)
            await to.WriteAsync(first, cancellation);
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellation)) > 0)
            await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
        await to.EndAsync();
    }

    private async Task RefuseAsync(string message, CancellationToken stop)
    {
        var text = $"{message}\n";
        var length = Encoding.UTF8.GetByteCount(text);
        var head = new HttpHead("HTTP/1.1 502 Bad Gateway", ["Content-Type: text/plain; charset=utf-8", $"Content-Length: {length}", "Connection: close"]);
        try
        {
            await browser.WriteAsync((byte[])[.. head.ToBytes(), .. Encoding.UTF8.GetBytes(text)], stop);
            await browser.EndAsync();
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The browser did not wait for it.
        }
    }

    private async Task<T> WithinAsync<T>(TimeSpan period, Func<CancellationToken, Task<T>> work, CancellationToken stop)
    {
        using var timer = new CancellationTokenSource(period, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stop);
        try
        {
            return await work(deadline.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new ProxyException($"the other side did not answer within {period.TotalSeconds} s");
        }
    }
}
