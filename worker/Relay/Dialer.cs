using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Steelyard.Contract.Egress;
using Steelyard.Contract.Setup;

namespace SteelBrowser.Relay;

/// <summary>
/// Makes every connection that leaves a session's browser. It resolves a name once, checks the addresses, and connects only to an address
/// that it has checked. So a name that resolves to another address a moment later gains nothing.
/// </summary>
/// <param name="rules">Where connections may lead.</param>
/// <param name="time">The clock.</param>
internal sealed class Dialer(EgressRules rules, TimeProvider time)
{
    // With several addresses, one that drops packets must not use up all the time.
    private static readonly TimeSpan PerAddress = TimeSpan.FromSeconds(4);

    private static readonly IPAddress[] Local = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    /// <summary>
    /// Connects to a destination. Throws <see cref="EgressException"/> when it is not allowed, and <see cref="ProxyException"/> when the
    /// connection fails.
    /// </summary>
    public async Task<Socket> DialAsync(Destination destination, CancellationToken deadline)
    {
        var allowed = await ResolveAsync(destination, deadline);
        for (var i = 0; ; i++)
        {
            var isLast = i == allowed.Count - 1;
            var socket = new Socket(allowed[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await ConnectAsync(socket, new(allowed[i], destination.Port), isLast ? Timeout.InfiniteTimeSpan : PerAddress, deadline);
                return socket;
            }
            catch (Exception e)
            {
                socket.Dispose();
                if (e is not SocketException and not OperationCanceledException || deadline.IsCancellationRequested)
                    throw;
                if (isLast)
                    throw new ProxyException($"cannot connect to {destination.Authority}: {e.Message}");
            }
        }
    }

    /// <summary>
    /// Connects to the session's proxy. The proxy's own address must be allowed; the rules do not apply to what the proxy connects to.
    /// Throws <see cref="EgressException"/> and <see cref="ProxyException"/>.
    /// </summary>
    public async Task<Wire> DialAsync(ProxyServer upstream, Traffic traffic, CancellationToken deadline)
    {
        var socket = await DialAsync(new Destination(upstream.Host, upstream.Port), deadline);
        try
        {
            return new(
                socket,
                upstream.Kind == ProxyKind.Https ? await SecureAsync(socket, upstream.Host, deadline) : new NetworkStream(socket),
                traffic);
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is SocketException or AuthenticationException or IOException)
                throw new ProxyException($"cannot connect to the proxy {upstream.Host}:{upstream.Port}: {e.Message}");
            throw;
        }
    }

    private async Task ConnectAsync(Socket socket, IPEndPoint to, TimeSpan within, CancellationToken deadline)
    {
        using var timer = new CancellationTokenSource(within, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, deadline);
        await socket.ConnectAsync(to, both.Token);
    }

    // Some of a name's addresses may be allowed and others not.
    private async Task<List<IPAddress>> ResolveAsync(Destination destination, CancellationToken deadline)
    {
        var allowed = new List<IPAddress>();
        EgressException? refusal = null;
        foreach (var address in await LookUpAsync(destination.Host, deadline))
        {
            var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
            if (rules.Refuse(destination.Host, destination.Port, plain, OwnAddress.Is(plain)) is { } reason)
                refusal ??= new(destination, plain, destination.Host == plain.ToString() ? reason : $"{plain} is {reason}");
            else
                allowed.Add(plain);
        }

        return allowed.Count > 0 ? allowed : throw refusal!;
    }

    private static async Task<IPAddress[]> LookUpAsync(string host, CancellationToken deadline)
    {
        try
        {
            var addresses = IPAddress.TryParse(host, out var literal) ? [literal]
                : IsLocal(host) ? Local
                : await Dns.GetHostAddressesAsync(host, deadline);
            return addresses.Length > 0 ? addresses : throw new ProxyException($"{host} has no address");
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new ProxyException($"cannot find the address of {host}: {e.Message}");
        }
    }

    // RFC 6761 §6.3: these names mean this machine, and no name server is asked for them. Browsers do the same.
    private static bool IsLocal(string host) => $".{host.TrimEnd('.')}".EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    private static async Task<SslStream> SecureAsync(Socket socket, string host, CancellationToken deadline)
    {
        var secure = new SslStream(new NetworkStream(socket));
        try
        {
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host }, deadline);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }
}
