using System.Runtime.CompilerServices;
using Steelyard.Sessions;
using Steelyard.WorkerHttp;

namespace Steelyard.Cdp;

/// <summary>
/// The DevTools addresses of sessions. A browser keeps its address as long as its session lives on the worker, so the worker is asked only
/// once per placement, however many clients attach at the same time. An answer without an address is not kept.
/// </summary>
public sealed class CdpAddresses
{
    private const int MostHandshakes = 8;

    private readonly ConditionalWeakTable<Placement, Entry> known = [];

    /// <summary>
    /// The address is null when the worker gives none that belongs to its own processes. Then the status or the error says why. Throws
    /// <see cref="IOException"/> when no descriptor is free.
    /// </summary>
    public Task<(CdpAddress? Address, int Status, WorkerError Error)> FindAsync(Placement placement)
    {
        var entry = known.GetOrCreateValue(placement);
        lock (entry)
        {
            if (!entry.HasAddress && entry.Answer.IsCompleted)
                entry.Answer = AskAsync(placement, entry);
            return entry.Answer;
        }
    }

    /// <summary>
    /// Waits until the browser can take another handshake. It accepts connections from a short queue: the kernel drops those that do not
    /// fit, and their clients repeat them only after seconds. Throws <see cref="OperationCanceledException"/>.
    /// </summary>
    /// <returns>The turn, to be disposed after the handshake.</returns>
    internal async Task<HandshakeTurn> TakeTurnAsync(Placement placement, CancellationToken cancellationToken)
    {
        var turns = known.GetOrCreateValue(placement).Handshakes;
        await turns.WaitAsync(cancellationToken);
        return new(turns);
    }

    /// <summary>Call it when nobody listens at the address: the next attach asks the worker again.</summary>
    public void Forget(Placement placement)
    {
        var entry = known.GetOrCreateValue(placement);
        lock (entry)
            entry.HasAddress = false;
    }

    private static async Task<(CdpAddress? Address, int Status, WorkerError Error)> AskAsync(Placement placement, Entry entry)
    {
        await Task.Yield(); // The caller holds the lock.
        var client = placement.Worker.Client;
        if (client.Protocol.BrowserPath is { } path) // Known without asking.
        {
            entry.HasAddress = true;
            return (new(client.Port, path), 0, WorkerError.None);
        }

        using var reply = await client.DiscoverAsync("GET", "/json/version");
        if (!reply.IsSuccess || CdpAddress.Parse(reply.Body.Span) is not { } told)
            return (null, reply.Status, reply.Error);
        if (!await placement.Worker.HasPortAsync(told.Port))
            return (null, reply.Status, WorkerError.Malformed);
        entry.HasAddress = true;
        return (told, reply.Status, WorkerError.None);
    }

    private sealed class Entry
    {
        public Task<(CdpAddress? Address, int Status, WorkerError Error)> Answer { get; set; } =
            Task.FromResult<(CdpAddress?, int, WorkerError)>(default);

        public bool HasAddress { get; set; }

        public SemaphoreSlim Handshakes { get; } = new(MostHandshakes);
    }
}
