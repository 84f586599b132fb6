using System.Net;
using System.Net.Sockets;
using SteelBrowser.Diagnostics;
using Steelyard.Contract.Egress;
using Steelyard.Contract.Input;
using Steelyard.Contract.Setup;

namespace SteelBrowser.Relay;

/// <summary>
/// The proxy that a browser uses. It listens on a random port of 127.0.0.1 and is the browser's only way out. Either it forwards
/// everything to the session's proxy, adds the credentials and counts the bytes, or it connects by itself. It lives as long as its
/// browser.
/// </summary>
internal sealed class ProxyRelay : IAsyncDisposable
{
    private const int MaxConnections = 512;

    /// <summary>The most proxies that the contexts of one browser can have. The relay leads to them from 127.0.0.2 on.</summary>
    public const int MaxContextProxies = 100;

    private const int Backlog = 128;
    private static readonly TimeSpan CutDeadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly List<(Socket Listener, Task Accepting)> listeners = [];
    private readonly Dictionary<ProxyServer, string> contextProxies = [];
    private readonly Dialer dialer;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim places = new(MaxConnections);
    private readonly CancellationTokenSource stop = new();

    private ProxyRelay(Socket listener, ProxyServer? upstream, EgressRules rules, TimeProvider time)
    {
        this.time = time;
        dialer = new(rules, time);
        HasUpstream = upstream is not null;
        Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        Serve(listener, upstream is null
            ? (browser, stop) => new DirectConnection(browser, dialer, Failures, time).RunAsync(stop)
            : (browser, stop) => new RelayedConnection(browser, upstream, dialer, Failures, Traffic, time).RunAsync(stop));
    }

    public int Port { get; }

    /// <summary>True if it forwards everything to the session's proxy.</summary>
    public bool HasUpstream { get; }

    /// <summary>The address in the form that the browser's command line takes.</summary>
    public string Address => $"{(HasUpstream ? "http" : "socks5")}://127.0.0.1:{Port}";

    /// <summary>Why connections have failed.</summary>
    public RelayFailures Failures { get; } = new();

    /// <summary>The bytes to and from the session's proxy.</summary>
    public Traffic Traffic { get; } = new();

    /// <summary>Starts to listen. Throws <see cref="SocketException"/> when no port is available.</summary>
    /// <param name="upstream">The session's proxy; null for none.</param>
    /// <param name="rules">Where connections may lead.</param>
    /// <param name="time">The clock.</param>
    public static ProxyRelay Start(ProxyServer? upstream, EgressRules rules, TimeProvider time) =>
        new(Listen(new(IPAddress.Loopback, 0)), upstream, rules, time);

    /// <summary>
    /// Leads to a proxy that a browser context has for itself. Returns the address that the browser uses instead: the kernel lets it
    /// connect to the relay's port only, but on any address, and this machine has a whole network of loopback addresses. Throws
    /// <see cref="BadInputException"/> when there are too many, <see cref="SocketException"/> when the
    /// address is in use, and <see cref="IOException"/> when the browser is ending.
    /// </summary>
    public string LeadTo(ProxyServer proxy)
    {
        lock (gate)
        {
            if (stop.IsCancellationRequested)
                throw new IOException("the browser is ending");
            if (contextProxies.TryGetValue(proxy, out var known))
                return known;
            if (contextProxies.Count == MaxContextProxies)
                throw new BadInputException($"a session can have {MaxContextProxies} proxies for its contexts", "proxy.url");
            var address = new IPAddress([127, 0, 0, (byte)(contextProxies.Count + 2)]);
            Serve(Listen(new(address, Port)), (browser, stop) => new ContextProxy(browser, proxy, dialer, Failures, time).RunAsync(stop));
            return contextProxies[proxy] = $"{(proxy.Kind == ProxyKind.Socks5 ? "socks5" : "http")}://{address}:{Port}";
        }
    }

    /// <summary>Stops listening and cuts every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        List<(Socket Listener, Task Accepting)> all;
        lock (gate)
            all = [.. listeners];
        foreach (var (listener, accepting) in all)
        {
            listener.Dispose();
            await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        for (var place = 0; place < MaxConnections && await places.WaitAsync(CutDeadline); place++)
        {
        }
    }

    private static Socket Listen(IPEndPoint at)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(at);
            listener.Listen(Backlog);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    private void Serve(Socket listener, Func<Wire, CancellationToken, Task> serve)
    {
        lock (gate)
            listeners.Add((listener, AcceptAsync(listener, serve)));
    }

    private async Task AcceptAsync(Socket listener, Func<Wire, CancellationToken, Task> serve)
    {
        while (true)
        {
            try
            {
                _ = ServeAsync(await listener.AcceptAsync(stop.Token), serve);
            }
            catch (SocketException e) when (!stop.IsCancellationRequested)
            {
                Stderr.Line($"the proxy relay cannot accept a connection: {e.Message}");
                await Task.Delay(PauseAfterError, time, stop.Token);
            }

            // The next connection is accepted when there is a place for it.
            await places.WaitAsync(stop.Token);
            places.Release();
        }
    }

    private async Task ServeAsync(Socket socket, Func<Wire, CancellationToken, Task> serve)
    {
        using var connection = socket;
        await places.WaitAsync(stop.Token);
        try
        {
            socket.NoDelay = true;
            using var browser = new Wire(socket, new NetworkStream(socket), null);
            await serve(browser, stop.Token);
        }
        finally
        {
            places.Release();
        }
    }
}
