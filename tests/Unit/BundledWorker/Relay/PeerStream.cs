using System.Net.Sockets;
using System.Text;
using SteelBrowser.Relay;

namespace Steelyard.Tests.Unit.BundledWorker.Relay;

/// <summary>The other end of a wire: sends the given bytes in pieces of a given size, and keeps what it receives.</summary>
internal sealed class PeerStream(byte[] says, int pieces = int.MaxValue) : MemoryStream(says)
{
    private readonly MemoryStream told = new();

    public byte[] Told => told.ToArray();

    public static PeerStream Saying(string text, int pieces = int.MaxValue) => new(Encoding.Latin1.GetBytes(text), pieces);

    /// <summary>Creates a wire to this end. The wire's socket is not connected and carries nothing.</summary>
    public Wire Wire(Traffic? traffic = null) => new(new(SocketType.Stream, ProtocolType.Tcp), this, traffic);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, pieces)], cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        told.WriteAsync(buffer, cancellationToken);
}
