using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SteelBrowser.Relay;

/// <summary>
/// One connection of a browser whose session has no proxy. The browser speaks SOCKS 5 (RFC 1928) to the relay and sends the name. The relay
/// resolves and checks the name and connects. After that, it passes the bytes on unchanged.
/// </summary>
internal sealed class DirectConnection(Wire browser, Dialer dialer, RelayFailures failures, TimeProvider time)
{
    private const byte Version = 5;
    private const byte Connect = 1;
    private const byte Succeeded = 0;
    private const byte Unreachable = 4;
    private const byte NotSupported = 7;
    private const int HttpsPort = 443;
    private static readonly TimeSpan HandshakeDeadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(30);

    /// <summary>Returns when the connection is over, for any reason.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            if (await Deadline.WithinAsync(HandshakeDeadline, GreetAsync, time, stop) is { } destination)
                await CarryAsync(destination, stop);
        }
        catch (Exception e) when (
            e is ProxyException or IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One of the two sides has gone, which is how connections end.
        }
    }

    private async Task CarryAsync(Destination destination, CancellationToken stop)
    {
        Socket socket;
        try
        {
            socket = await Deadline.WithinAsync(ConnectDeadline, deadline => dialer.DialAsync(destination, deadline), time, stop);
        }
        catch (ProxyException e)
        {
            failures.Add(destination, e.Message);
            await ExplainAsync(destination, HttpStatusCode.BadGateway, e.Message, stop);
            return;
        }
        catch (EgressException e)
        {
            failures.AddRefusal(destination, e.Message);
            await ExplainAsync(destination, HttpStatusCode.Forbidden, e.Message, stop);
            return;
        }

        failures.Clear(destination);

        using var site = new Wire(socket, new NetworkStream(socket), null);
        await AnswerAsync(Succeeded, stop);
        await Splice.JoinAsync(
            over => Splice.PumpAsync(browser, site, default, over), over => Splice.PumpAsync(site, browser, default, over), time, stop);
    }

    // SOCKS cannot tell the reason. A connection with plain HTTP gets a page with the reason; over TLS the browser would not accept one.
    private async Task ExplainAsync(Destination destination, HttpStatusCode status, string message, CancellationToken stop)
    {
        if (destination.Port == HttpsPort)
        {
            await AnswerAsync(Unreachable, stop);
            return;
        }

        await AnswerAsync(Succeeded, stop);
        if (await Deadline.WithinAsync(HandshakeDeadline, SaysHttpAsync, time, stop))
            await ErrorPage.WriteAsync(browser, status, message, stop);
    }

    // Reads the whole head: with unread data, the system would reset the connection and the answer would be lost.
    private async Task<bool> SaysHttpAsync(CancellationToken deadline)
    {
        var first = new byte[1];
        return await browser.ReadAsync(first, deadline) == 1
            && char.IsAsciiLetterUpper((char)first[0])
            && await HeadReader.ReadAsync(browser, first, deadline) is not null;
    }

    // Null when the browser asks for something that is not supported, or leaves.
    private async Task<Destination?> GreetAsync(CancellationToken deadline)
    {
        try
        {
            var hello = await browser.ReadExactlyAsync(2, deadline);
            await browser.ReadExactlyAsync(hello[1], deadline);
            if (hello[0] != Version)
                return null;
            await browser.WriteAsync((byte[])[Version, 0], deadline);
            var request = await browser.ReadExactlyAsync(4, deadline);
            var host = await ReadHostAsync(request[3], deadline);
            var port = await browser.ReadExactlyAsync(2, deadline);
            if (request[1] == Connect && host is not null)
                return new(host, (port[0] << 8) | port[1]);
        }
        catch (EndOfStreamException)
        {
            return null;
        }

        await AnswerAsync(NotSupported, deadline);
        return null;
    }

    private async Task<string?> ReadHostAsync(byte type, CancellationToken deadline) => type switch
    {
        1 => new IPAddress(await browser.ReadExactlyAsync(4, deadline)).ToString(),
        3 => Encoding.ASCII.GetString(await browser.ReadExactlyAsync((await browser.ReadExactlyAsync(1, deadline))[0], deadline)),
        4 => new IPAddress(await browser.ReadExactlyAsync(16, deadline)).ToString(),
        _ => null,
    };

    private ValueTask AnswerAsync(byte code, CancellationToken cancellation) =>
        browser.WriteAsync((byte[])[Version, code, 0, 1, 0, 0, 0, 0, 0, 0], cancellation);
}
