using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Steelyard.Sessions;

namespace Steelyard.Http;

/// <summary>
/// Tickets for clients that are sent to the node which has their session. A ticket takes the place of a key, which clients leave behind on
/// the way to another host: it proves who the caller is, to one node, for a connect to one session, for half a minute. Its time is that of
/// the node that it is for, because the clocks of two nodes may differ (decision 0024).
/// </summary>
/// <param name="key">The same on all nodes of a cluster.</param>
/// <param name="own">The number of this node.</param>
/// <param name="clock">This node's clock, which it tells the others.</param>
public sealed class RedirectTickets(byte[] key, int own, Func<TimeSpan> clock)
{
    /// <summary>How long a ticket is good for.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    // Signature, expiry, flags; then the name.
    private const int SignatureEnd = HMACSHA256.HashSizeInBytes;
    private const int ExpiryEnd = SignatureEnd + sizeof(long);
    private const int Head = ExpiryEnd + 1;
    private const int LongestName = 1024;
    private const byte HasName = 1;
    private const byte IsOperator = 2;

    /// <summary>Makes a ticket. Null when the caller's name is too long for an address.</summary>
    /// <param name="session">The only session that it opens.</param>
    /// <param name="caller">Who shows it.</param>
    /// <param name="node">The number of the node that it is for.</param>
    /// <param name="now">The time on that node's clock.</param>
    public string? Issue(SessionId session, Caller caller, int node, TimeSpan now)
    {
        var name = Encoding.UTF8.GetBytes(caller.Name ?? "");
        if (name.Length > LongestName)
            return null;
        var ticket = new byte[Head + name.Length];
        BinaryPrimitives.WriteInt64BigEndian(ticket.AsSpan(SignatureEnd), (now + Life).Ticks);
        ticket[ExpiryEnd] = (byte)((caller.Name is null ? 0 : HasName) | (caller.IsOperator ? IsOperator : 0));
        name.CopyTo(ticket, Head);
        Sign(session, node, ticket.AsSpan(SignatureEnd), ticket.AsSpan(0, SignatureEnd));
        return Base64Url.EncodeToString(ticket);
    }

    /// <summary>Returns who shows the ticket; null when it is not, or no longer, one for this session on this node.</summary>
    public Caller? Open(string text, SessionId session)
    {
        if (text.Length > Base64Url.GetEncodedLength(Head + LongestName) || !Base64Url.IsValid(text))
            return null;
        var ticket = Base64Url.DecodeFromChars(text).AsSpan();
        if (ticket.Length < Head)
            return null;
        Span<byte> signature = stackalloc byte[SignatureEnd];
        Sign(session, own, ticket[SignatureEnd..], signature);
        if (!CryptographicOperations.FixedTimeEquals(signature, ticket[..SignatureEnd]))
            return null;

        // One that is good for longer than any can be is from before a restart of the machine, when the clock began anew.
        var left = new TimeSpan(BinaryPrimitives.ReadInt64BigEndian(ticket[SignatureEnd..])) - clock();
        if (left <= TimeSpan.Zero || left > Life)
            return null;
        var flags = ticket[ExpiryEnd];
        return new((flags & HasName) == 0 ? null : Encoding.UTF8.GetString(ticket[Head..]), (flags & IsOperator) != 0);
    }

    private void Sign(SessionId session, int node, ReadOnlySpan<byte> content, Span<byte> signature)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        Span<byte> whose = stackalloc byte[sizeof(int) + 16];
        BinaryPrimitives.WriteInt32BigEndian(whose, node);
        session.Value.TryWriteBytes(whose[sizeof(int)..], bigEndian: true, out _);
        hash.AppendData(whose);
        hash.AppendData(content);
        hash.GetHashAndReset(signature);
    }
}
