using System.Security.Cryptography;
using System.Text;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Http;

/// <summary>
/// The keys of this node and their holders. Keys are kept as hashes and compared in constant time. A key can be given as <c>name:key</c>.
/// Keys with the same name belong to one holder, so that a key can be changed without losing sessions. A key without a name gets a name
/// from its hash.
/// </summary>
public sealed class KeyRing(Options options)
{
    private readonly (byte[] Hash, Caller Caller)[] keys =
    [
        .. options.ApiKeys.Select(key => Read(key, isOperator: false)),
        .. options.OperatorKeys.Select(key => Read(key, isOperator: true)),
    ];

    /// <summary>Whether the node has no keys, so that callers need none.</summary>
    public bool IsEmpty => keys.Length == 0;

    /// <summary>Returns the holder of a key; null when the key is unknown. Takes the same time for every key.</summary>
    public Caller? Find(string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        Caller? found = null;
        foreach (var (known, caller) in keys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, known))
                found = caller;
        }

        return found;
    }

    private static (byte[] Hash, Caller Caller) Read(string text, bool isOperator)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text[(colon + 1)..]));
        return (hash, new(colon > 0 ? text[..colon] : $"key-{Convert.ToHexStringLower(hash.AsSpan(0, 4))}", isOperator));
    }
}
