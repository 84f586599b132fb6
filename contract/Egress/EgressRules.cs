using System.Net;

namespace Steelyard.Contract.Egress;

/// <summary>
/// Where a session's browser may connect to. The first rule that matches decides; without one, the internet is allowed, and what
/// <see cref="SpecialAddresses"/> or the machine's own addresses is, is not.
/// </summary>
internal sealed class EgressRules
{
    private const string Open = "open";

    private readonly IReadOnlyList<EgressRule> rules;

    private EgressRules(bool isOpen, IReadOnlyList<EgressRule> rules)
    {
        IsOpen = isOpen;
        this.rules = rules;
    }

    /// <summary>Everything is allowed: there is nothing to decide.</summary>
    public bool IsOpen { get; }

    /// <summary>Reads the words of <c>--egress</c>. Throws <see cref="FormatException"/> that says which is wrong, and how.</summary>
    public static EgressRules Parse(IReadOnlyList<string> words)
    {
        if (!words.Contains(Open))
            return new(false, [.. words.Select(EgressRule.Parse)]);
        return words.Count == 1 ? new(true, []) : throw new FormatException("'open' allows everything: it stands alone, without rules");
    }

    /// <summary>Why a connection is refused, for people; null when it is allowed.</summary>
    /// <param name="host">The name or address as it was asked for.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="address">The very address that will be dialled.</param>
    /// <param name="isOwn">It is one of this machine's own.</param>
    public string? Refuse(string host, int port, IPAddress address, bool isOwn)
    {
        if (IsOpen)
            return null;
        var plain = SpecialAddresses.Plain(address);
        if (rules.FirstOrDefault(rule => rule.Matches(host.TrimEnd('.').ToLowerInvariant(), port, plain)) is { } decisive)
            return decisive.Allows ? null : "denied by a rule";
        return SpecialAddresses.Describe(plain) ?? (isOwn ? "an address of this machine" : null);
    }
}
