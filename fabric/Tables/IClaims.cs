namespace Steelyard.Fabric.Tables;

/// <summary>
/// Small facts that exactly one node decides: whoever claims a key first owns it, until it is released or its life is over. Each cluster
/// has its own keys.
/// </summary>
/// <remarks>
/// All methods throw <see cref="TableUnavailableException"/> within their deadline. A claim whose call failed may be held or not; to
/// make the same call again is right, and tells. All return on the thread pool.
/// </remarks>
public interface IClaims
{
    /// <summary>
    /// Claims a key. Returns its present owner: <paramref name="owner"/> when it has won, or held the key already; the life of its claim
    /// then begins anew. The claim of another is left as it is.
    /// </summary>
    /// <param name="key">Which fact; compared by each character.</param>
    /// <param name="owner">Who claims it; not empty.</param>
    /// <param name="life">At least one millisecond, measured by the server's clock; null for ever.</param>
    /// <param name="cancellationToken">Ends the wait, not necessarily the claim.</param>
    Task<string> ClaimAsync(string key, string owner, TimeSpan? life, CancellationToken cancellationToken = default);

    /// <summary>The present owner of a key; null when there is none.</summary>
    Task<string?> FindAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Gives up a key, if this is its owner; otherwise does nothing.</summary>
    Task ReleaseAsync(string key, string owner, CancellationToken cancellationToken = default);
}
