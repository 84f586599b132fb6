using System.Net;
using System.Net.Sockets;
using SteelBrowser.Diagnostics;
using Steelyard.Contract.Egress;
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
    private const int Backlog = 128;
    private static readonly TimeSpan CutDeadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromMilliseconds(100);

    private readonly Socket listener;
    private readonly Func<Wire, CancellationToken, Task> serve;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim places = new(MaxConnections);
    private readonly CancellationTokenSource stop = new();
    private readonly Task accepting;

    private ProxyRelay(Socket listener, ProxyServer? upstream, EgressRules rules, TimeProvider time)
    {
        this.listener = listener;
        this.time = time;
        var dialer = new Dialer(rules, time);
        serve = upstream is null
            ? (browser, stop) => new DirectConnection(browser, dialer, Failures, time).RunAsync(stop)
            : (browser, stop) => new RelayedConnection(browser, upstream, dialer, Failures, Traffic, time).RunAsync(stop);
        HasUpstream = upstream is not null;
        Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        accepting = AcceptAsync();
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
    public static ProxyRelay Start(ProxyServer? upstream, EgressRules rules, TimeProvider time)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen(Backlog);
            return new(listener, upstream, rules, time);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Stops listening and cuts every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        for (var place = 0; place < MaxConnections && await places.WaitAsync(CutDeadline); place++)
        {
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            await places.WaitAsync(stop.Token);
            try
            {
                _ = ServeAsync(await listener.AcceptAsync(stop.Token));
            }
            catch (SocketException e) when (!stop.IsCancellationRequested)
            {
                places.Release();
                Stderr.Line($"the proxy relay cannot accept a connection: {e.Message}");
                await Task.Delay(PauseAfterError, time, stop.Token);
            }
            catch
            {
                places.Release();
                throw;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
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
