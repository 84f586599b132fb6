using System.Security.Cryptography;
using System.Text;
using Steelyard.Sessions;

namespace Steelyard.LiveView;

/// <summary>
/// Makes and checks the paths of live views. A path contains its own proof: anyone who has it may watch without a key, so that it can be
/// put into a frame or given to a colleague. The session id alone is not enough to make the path.
/// </summary>
/// <param name="secret">The node's secret, 32 bytes.</param>
public sealed class LiveViewLinks(byte[] secret)
{
    private const int ProofBytes = 16;

    /// <summary>Returns the path of the page and of its WebSocket, without a query.</summary>
    public string PathOf(SessionId id) => $"/live/{id}/{Convert.ToHexStringLower(Prove(id))}";

    public bool IsValid(SessionId id, string? proof)
    {
        Span<byte> bytes = stackalloc byte[ProofBytes];
        return proof?.Length == 2 * ProofBytes
            && Convert.FromHexString(proof, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            && CryptographicOperations.FixedTimeEquals(bytes, Prove(id));
    }

    private byte[] Prove(SessionId id) => HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes($"live view of {id}"))[..ProofBytes];
}
