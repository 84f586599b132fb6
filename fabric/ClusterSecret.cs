using System.Security.Cryptography;
using System.Text;

namespace Steelyard.Fabric;

/// <summary>
/// The secret that all nodes of a cluster share. Keys for each purpose are derived from it (HKDF, RFC 5869), so that none of them tells
/// another.
/// </summary>
public sealed class ClusterSecret
{
    /// <summary>The least length in bytes of what the operator gives.</summary>
    public const int LeastBytes = 32;

    private readonly byte[] secret;

    /// <summary>Throws <see cref="FormatException"/> when it is too short to be unguessable.</summary>
    public ClusterSecret(string text)
    {
        secret = Encoding.UTF8.GetBytes(text.Trim());
        if (secret.Length < LeastBytes)
            throw new FormatException(
                $"the secret has {secret.Length} bytes, and needs {LeastBytes}: make one with `openssl rand -hex 32`");
    }

    /// <summary>Derives the key for a purpose.</summary>
    /// <param name="purpose">Names it. The same name gives the same key on every node.</param>
    /// <param name="bytes">Length of the key.</param>
    public byte[] Derive(string purpose, int bytes = 32) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, bytes, info: Encoding.UTF8.GetBytes($"steelyard {purpose}"));
}
