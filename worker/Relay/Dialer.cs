using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Steelyard.Contract.Egress;

namespace SteelBrowser.Relay;

/// <summary>
/// Makes every connection that leaves a session's browser. It resolves a name once, judges the addresses, and dials what it has judged: a name
/// that means something else a moment later gains nothing.
/// </summary>
/// <param name="rules">What is allowed.</param>
/// <param name="time">The clock.</param>
internal sealed class Dialer(EgressRules rules, TimeProvider time)
{
    // When there are several addresses, one that swallows packets must not use up all the time.
    private static readonly TimeSpan PerAddress = TimeSpan.FromSeconds(4);

    private static readonly IPAddress[] Local = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    /// <summary>Throws <see cref="EgressException"/> when it is not allowed, and <see cref="ProxyException"/> when it cannot be done.</summary>
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
    /// Connects to the session's proxy. Its own address must be allowed; the names behind it are its own business. Throws
    /// <see cref="EgressException"/> and <see cref="ProxyException"/>.
    /// </summary>
    public async Task<Wire> DialAsync(Upstream upstream, Traffic traffic, CancellationToken deadline)
    {
        var socket = await DialAsync(new Destination(upstream.Host, upstream.Port), deadline);
        try
        {
            return new(socket, upstream.Kind == UpstreamKind.Https ? await SecureAsync(socket, upstream.Host, deadline) : new NetworkStream(socket), traffic);
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
            var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : IsLocal(host) ? Local : await Dns.GetHostAddressesAsync(host, deadline);
            return addresses.Length > 0 ? addresses : throw new ProxyException($"{host} has no address");
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new ProxyException($"cannot find the address of {host}: {e.Message}");
        }
    }

    // RFC 6761 §6.3: such names are this machine and no business of a name server, as browsers have it.
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
