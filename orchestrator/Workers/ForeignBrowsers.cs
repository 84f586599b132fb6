using System.Net;
using System.Net.NetworkInformation;
using System.Net.WebSockets;
using Steelyard.Events;
using Steelyard.Machine;
using Steelyard.Settings;

namespace Steelyard.Workers;

/// <summary>
/// What is known of the browsers of another program, which are reached through the worker's own port. The open-source Steel worker gives
/// its browser a fixed debugging port. A browser listens on it at 127.0.0.1, or else at ::1, so only two run side by side: the others
/// start, but no client can reach them. Until the first worker has been looked at, no second one is started.
/// </summary>
internal sealed class ForeignBrowsers(
    WorkerCommand command, WorkerProcesses processes, IMachine machine, NodeEvents events, Options options, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly byte[] Question = """{"id":1,"method":"Browser.getVersion"}"""u8.ToArray();

    private readonly string? path = command.Protocol.BrowserPath;
    private volatile int most = command.Protocol.BrowserPath is null ? int.MaxValue : 1;
    private int looked;

    /// <summary>Raised when <see cref="MaxWorkers"/> has changed.</summary>
    public event Action? Changed;

    /// <summary>How many workers may run side by side.</summary>
    public int MaxWorkers => Math.Min(options.MaxWorkers, most);

    /// <summary>
    /// Whether the worker's browser answers. True without asking for workers whose status tells it. Throws nothing.
    /// </summary>
    public async Task<bool> AnswersAsync(Worker worker)
    {
        if (path is null)
            return true;
        using var deadline = new CancellationTokenSource(Patience, time);
        using var socket = new ClientWebSocket { Options = { Proxy = null } };
        try
        {
            await socket.ConnectAsync(new($"ws://127.0.0.1:{worker.Port}{path}"), deadline.Token);
            await socket.SendAsync(Question, WebSocketMessageType.Text, endOfMessage: true, deadline.Token);
            return (await socket.ReceiveAsync(new byte[1], deadline.Token)).MessageType == WebSocketMessageType.Text;
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Learns from the first worker whose browser runs how many may run side by side. Throws nothing.</summary>
    public async Task LearnFromAsync(Worker worker)
    {
        if (path is null || Interlocked.Exchange(ref looked, 1) != 0)
            return;
        if (await TryLearnAsync(worker))
            Changed?.Invoke();
        else
            looked = 0; // The next worker tells.
    }

    private async Task<bool> TryLearnAsync(Worker worker)
    {
        try
        {
            var family = (await processes.LookAsync()).Of[worker.Id].ToList();
            if (family.Count == 0)
                return false; // It has just ended.
            var port = family.Select(process => machine.BrowserPortOf(process)).FirstOrDefault(port => port is not null);
            most = port is null ? int.MaxValue : HasIpv6() ? 2 : 1;
            if (port is not null)
                events.Publish(new BrowserPortIsFixed(port.Value, MaxWorkers, options.MaxWorkers));
            return true;
        }
        catch (Exception e) when (e is IOException or NetworkInformationException)
        {
            return false; // No descriptor is left, for example.
        }
    }

    /// <summary>Whether a second browser finds a loopback address for the port.</summary>
    internal static bool HasIpv6() => NetworkInterface.GetAllNetworkInterfaces()
        .Any(network => network.GetIPProperties().UnicastAddresses.Any(address => address.Address.Equals(IPAddress.IPv6Loopback)));
}
