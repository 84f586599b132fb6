using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Steelyard.Settings;

namespace Steelyard.Connections;

/// <summary>
/// Accepts only a few more connections than there are places: each one needs a descriptor before its first request is read.
/// </summary>
internal sealed class ClientListener(IConnectionListener inner, ConnectionPlaces places, TimeProvider time) : IConnectionListener
{
    /// <summary>An excess connection without a request is closed after this time.</summary>
    private static readonly TimeSpan ExcessPatience = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource unbound = new();

    public EndPoint EndPoint => inner.EndPoint;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        await places.RoomAsync().WaitAsync(unbound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (unbound.IsCancellationRequested || await inner.AcceptAsync(cancellationToken) is not { } accepted)
            return null;
        var connection = new ClientConnection(accepted, places, time);
        if (places.Enter(connection) is { } evicted)
            Abort(evicted);
        if (connection.IsExcess)
            _ = CloseIfSilentAsync(connection);
        return connection;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await unbound.CancelAsync();
        await inner.UnbindAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        unbound.Dispose();
    }

    private async Task CloseIfSilentAsync(ClientConnection connection)
    {
        while (!connection.ConnectionClosed.IsCancellationRequested)
        {
            await Task.Delay(ExcessPatience, time);
            if (!places.TryEvict(connection))
                continue; // A request is being answered.
            Abort(connection);
            return;
        }
    }

    private static void Abort(ClientConnection connection) => connection.Abort(new ConnectionAbortedException("its place is needed"));
}

/// <summary>Kestrel's sockets, with a <see cref="ClientListener"/> in front of them.</summary>
internal sealed class ClientListeners(SocketTransportFactory sockets, Options options, TimeProvider time) : IConnectionListenerFactory
{
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new ClientListener(await sockets.BindAsync(endpoint, cancellationToken), new(options.MaxConnections), time);
}
