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
public sealed class KeyRing
{
    private readonly (byte[] Hash, Caller Caller)[] apiKeys;
    private readonly (byte[] Hash, Caller Caller)[] operatorKeys;
    private readonly string file;
    private volatile (byte[] Hash, Caller Caller)[] keys;

    /// <summary>Throws what <see cref="KeyFile.Read"/> throws.</summary>
    public KeyRing(Options options)
    {
        apiKeys = [.. options.ApiKeys.Select(key => Read(key, isOperator: false))];
        operatorKeys = [.. options.OperatorKeys.Select(key => Read(key, isOperator: true))];
        file = options.ApiKeyFile;
        keys = WithFile();
        IsEmpty = keys.Length == 0 && file.Length == 0;
    }

    /// <summary>The node has neither keys nor a file for them: callers need none. With an empty file it admits nobody.</summary>
    public bool IsEmpty { get; }

    /// <summary>
    /// Reads the file with keys again. Keys that are no longer in it are refused from now on; connections that are open stay. Throws what
    /// <see cref="KeyFile.Read"/> throws, and then keeps the keys as they were.
    /// </summary>
    /// <returns>The number of keys.</returns>
    public int Reload() => (keys = WithFile()).Length;

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

    private (byte[] Hash, Caller Caller)[] WithFile() =>
        [.. apiKeys, .. KeyFile.Read(file).Select(key => Read(key, isOperator: false)), .. operatorKeys];

    private static (byte[] Hash, Caller Caller) Read(string text, bool isOperator)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text[(colon + 1)..]));
        return (hash, new(colon > 0 ? text[..colon] : $"key-{Convert.ToHexStringLower(hash.AsSpan(0, 4))}", isOperator));
    }
}
