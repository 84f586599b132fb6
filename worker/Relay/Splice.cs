using System.Buffers;

namespace SteelBrowser.Relay;

/// <summary>Moves bytes between two wires until both are done.</summary>
internal static class Splice
{
    private const int BufferBytes = 32 * 1024;
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(10);

    /// <summary>Runs both directions. When one ends, the other has a short time left to end, too.</summary>
    public static async Task JoinAsync(
        Func<CancellationToken, Task> up, Func<CancellationToken, Task> down, TimeProvider time, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var both = new[] { down(over.Token), up(over.Token) };
        try
        {
            await await Task.WhenAny(both);
            await Task.WhenAll(both).WaitAsync(Linger, time, stop);
        }
        catch (TimeoutException)
        {
            // One direction did not end in time: the connection is cut.
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(both).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Copies one direction until it ends.</summary>
    public static async Task PumpAsync(Wire from, Wire to, ReadOnlyMemory<byte> first, CancellationToken cancellation)
    {
        if (first.Length > 0)
            await to.WriteAsync(first, cancellation);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int read;
            while ((read = await from.ReadAsync(buffer, cancellation)) > 0)
                await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
            await to.EndAsync();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
