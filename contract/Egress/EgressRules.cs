using System.Net;

namespace Steelyard.Contract.Egress;

/// <summary>
/// Decides where a session's browser may connect. The first rule that matches decides. If no rule matches, the internet is allowed;
/// <see cref="NonPublicAddresses"/> and the machine's own addresses are not.
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

    /// <summary>True when every connection is allowed.</summary>
    public bool IsOpen { get; }

    /// <summary>
    /// Reads the values of <c>--egress</c>. Throws <see cref="FormatException"/> with a message that names the invalid value and says why.
    /// </summary>
    public static EgressRules Parse(IReadOnlyList<string> words)
    {
        if (!words.Contains(Open))
            return new(false, [.. words.Select(EgressRule.Parse)]);
        return words.Count == 1
            ? new(true, [])
            : throw new FormatException("'open' allows everything: write it alone, or leave it out and write only rules");
    }

    /// <summary>Returns the reason why a connection is refused, as text for people; null when it is allowed.</summary>
    /// <param name="host">The requested name or address.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="address">The exact address that will be connected to.</param>
    /// <param name="isOwn">True for an address of this machine.</param>
    public string? Refuse(string host, int port, IPAddress address, bool isOwn)
    {
        if (IsOpen)
            return null;
        var plain = NonPublicAddresses.Plain(address);
        if (rules.FirstOrDefault(rule => rule.Matches(host.TrimEnd('.').ToLowerInvariant(), port, plain)) is { } decisive)
            return decisive.Allows ? null : "denied by a rule";
        return NonPublicAddresses.Describe(plain) ?? (isOwn ? "an address of this machine" : null);
    }
}
