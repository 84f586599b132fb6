using System.Net;
using Steelyard.Contract.Egress;

namespace Steelyard.Tests.Unit.Contract.Egress;

public sealed class EgressRulesTests
{
    [Theory]
    [InlineData("127.0.0.1", "loopback")]
    [InlineData("127.8.9.10", "loopback")]
    [InlineData("::1", "loopback")]
    [InlineData("::ffff:127.0.0.1", "loopback")]
    [InlineData("::127.0.0.1", "loopback")]
    [InlineData("64:ff9b::7f00:1", "loopback")]
    [InlineData("2002:7f00:1::", "loopback")]
    [InlineData("0.0.0.0", "an unspecified address")]
    [InlineData("::", "an unspecified address")]
    [InlineData("::ffff:0.0.0.0", "an unspecified address")]
    [InlineData("169.254.169.254", "a cloud's metadata service")]
    [InlineData("::ffff:169.254.169.254", "a cloud's metadata service")]
    [InlineData("64:ff9b::a9fe:a9fe", "a cloud's metadata service")]
    [InlineData("fd00:ec2::254", "a cloud's metadata service")]
    [InlineData("100.100.100.200", "a cloud's metadata service")]
    [InlineData("168.63.129.16", "a cloud's metadata service")]
    [InlineData("169.254.1.1", "link-local")]
    [InlineData("fe80::1%3", "link-local")]
    [InlineData("10.1.2.3", "private")]
    [InlineData("172.31.255.255", "private")]
    [InlineData("192.168.0.1", "private")]
    [InlineData("100.64.0.1", "private")]
    [InlineData("fd12::1", "private")]
    [InlineData("224.0.0.251", "multicast or broadcast")]
    [InlineData("ff02::1", "multicast or broadcast")]
    [InlineData("255.255.255.255", "multicast or broadcast")]
    [InlineData("240.0.0.1", "reserved")]
    [InlineData("2001:0:1::1", "reserved")]
    [InlineData("4000::1", "reserved")]
    public void What_is_no_place_on_the_internet_is_refused(string address, string reason) =>
        Assert.Equal(reason, Refuse([], "some.name", address));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("64:ff9b::101:101")]
    public void The_internet_is_allowed(string address) => Assert.Null(Refuse([], "some.name", address));

    [Fact]
    public void This_machines_own_addresses_are_refused_wherever_they_are() =>
        Assert.Equal("an address of this machine", EgressRules.Parse([]).Refuse("me.example", 80, IPAddress.Parse("1.1.1.1"), isOwn: true));

    [Theory]
    [InlineData("allow:127.0.0.1", "x", "127.0.0.1", true)]
    [InlineData("allow:127.0.0.1", "x", "::ffff:127.0.0.1", true)]
    [InlineData("allow:127.0.0.1", "x", "127.0.0.2", false)]
    [InlineData("allow:127.0.0.1", "x", "::1", false)]
    [InlineData("allow:127.0.0.1:80", "x", "127.0.0.1", true)]
    [InlineData("allow:127.0.0.1:81", "x", "127.0.0.1", false)]
    [InlineData("allow:10.0.0.0/8", "x", "10.200.1.1", true)]
    [InlineData("allow:10.0.0.0/8:80", "x", "10.200.1.1", true)]
    [InlineData("allow:10.0.0.0/8:443", "x", "10.200.1.1", false)]
    [InlineData("allow:fd00::/8", "x", "fd12::1", true)]
    [InlineData("allow:[fd00::/8]:80", "x", "fd12::1", true)]
    [InlineData("allow:[fd00::/8]:81", "x", "fd12::1", false)]
    [InlineData("allow:[::1]", "x", "::1", true)]
    [InlineData("allow:Wiki.Lan", "wiki.lan", "10.0.0.1", true)]
    [InlineData("allow:wiki.lan", "WIKI.lan.", "10.0.0.1", true)]
    [InlineData("allow:wiki.lan:80", "wiki.lan", "10.0.0.1", true)]
    [InlineData("allow:wiki.lan", "a.wiki.lan", "10.0.0.1", false)]
    [InlineData("allow:*.lan", "wiki.lan", "10.0.0.1", true)]
    [InlineData("allow:*.lan", "lan", "10.0.0.1", false)]
    [InlineData("allow:*.lan", "evillan", "10.0.0.1", false)]
    [InlineData("allow:*", "x", "127.0.0.1", true)]
    [InlineData("deny:*", "x", "1.1.1.1", false)]
    [InlineData("deny:1.1.1.0/24", "x", "1.1.1.1", false)]
    [InlineData("open", "x", "169.254.169.254", true)]
    public void A_rule_says_otherwise(string rule, string host, string address, bool allowed) =>
        Assert.Equal(allowed, Refuse([rule], host, address) is null);

    [Fact]
    public void The_first_rule_that_matches_decides()
    {
        string[] rules = ["deny:10.0.0.5", "allow:10.0.0.0/8", "deny:*"];
        Assert.Equal("denied by a rule", Refuse(rules, "x", "10.0.0.5"));
        Assert.Null(Refuse(rules, "x", "10.0.0.6"));
        Assert.Equal("denied by a rule", Refuse(rules, "example.com", "1.1.1.1"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("allow")]
    [InlineData("allow:")]
    [InlineData("Allow:example.com")]
    [InlineData("block:example.com")]
    [InlineData("allow:10.0.0.1/8")]
    [InlineData("allow:10.0.0.0/33")]
    [InlineData("allow:10.1")]
    [InlineData("allow:0x7f.0.0.1")]
    [InlineData("allow:2130706433")]
    [InlineData("allow:127.0.0.01")]
    [InlineData("allow:::ffff:127.0.0.1")]
    [InlineData("allow:fe80::1%eth0")]
    [InlineData("allow:host:0")]
    [InlineData("allow:host:65536")]
    [InlineData("allow:host:http")]
    [InlineData("allow:[::1]80")]
    [InlineData("allow:*.")]
    [InlineData("allow:a..b")]
    [InlineData("allow:a*b.com")]
    [InlineData("allow:http://example.com")]
    [InlineData("allow:example.com/path")]
    public void What_is_no_rule_is_refused_and_named(string rule)
    {
        var e = Assert.Throws<FormatException>(() => EgressRules.Parse([rule]));
        Assert.Contains($"'{rule}'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_stands_alone() => Assert.Throws<FormatException>(() => EgressRules.Parse(["open", "deny:example.com"]));

    private static string? Refuse(string[] rules, string host, string address) =>
        EgressRules.Parse(rules).Refuse(host, 80, IPAddress.Parse(address), isOwn: false);
}
