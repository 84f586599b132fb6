using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Steelyard.Sessions;

/// <summary>Makes session ids, and recognises the cluster's own ids without asking other nodes.</summary>
/// <param name="node">Number of this node, 0 to 65,535.</param>
/// <param name="secret">The cluster's secret, 32 bytes.</param>
/// <param name="random">Source of the random bits; null for the system's cryptographic source, which nobody can predict.</param>
public sealed class SessionIdIssuer(int node, byte[] secret, Random? random = null)
{
    private const int ProofStart = 11; // The last 5 of 16 bytes are the proof.

    public SessionId Next()
    {
        Span<byte> bytes = stackalloc byte[16];
        if (random is null)
            RandomNumberGenerator.Fill(bytes);
        else
            random.NextBytes(bytes);
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)node);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        Prove(bytes[..ProofStart], bytes[ProofStart..]);
        return new(new(bytes, bigEndian: true));
    }

    /// <summary>True when a node of our cluster made this id.</summary>
    public bool Made(SessionId id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        Span<byte> proof = stackalloc byte[bytes.Length - ProofStart];
        Prove(bytes[..ProofStart], proof);
        return CryptographicOperations.FixedTimeEquals(proof, bytes[ProofStart..]);
    }

    private void Prove(ReadOnlySpan<byte> claim, Span<byte> proof)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, claim, hash);
        hash[..proof.Length].CopyTo(proof);
    }
}
