using SteelBrowser.Relay;
using Steelyard.Contract.Setup;

namespace Steelyard.Tests.Unit.BundledWorker.Relay;

public sealed class SocksHandshakeTests
{
    private static readonly ProxyServer Open = new(ProxyKind.Socks5, "proxy", 1080, null, "");
    private static readonly ProxyServer Guarded = Open with { Username = "me", Password = "ä" };
    private static readonly Destination Site = new("a.example", 443);

    [Theory]
    [InlineData("a.example", new byte[] { 3, 9, 97, 46, 101, 120, 97, 109, 112, 108, 101 })]
    [InlineData("127.0.0.1", new byte[] { 1, 127, 0, 0, 1 })]
    [InlineData("::1", new byte[] { 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 })]
    public async Task The_destination_goes_out_as_what_it_is(string host, byte[] address) =>
        Assert.Equal([5, 1, 0, 5, 1, 0, .. address, 1, 187], await RunAsync(Open, new(host, 443), [5, 0, 5, 0, 0, 1, 9, 9, 9, 9, 0, 80]));

    [Fact]
    public async Task A_name_and_a_password_are_told_only_when_they_are_asked_for()
    {
        byte[] connect = [5, 1, 0, 3, 9, .. "a.example"u8, 1, 187];
        Assert.Equal([5, 2, 0, 2, .. connect], await RunAsync(Guarded, Site, [5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
        Assert.Equal(
            [5, 2, 0, 2, 1, 2, .. "me"u8, 2, .. "ä"u8, .. connect],
            await RunAsync(Guarded, Site, [5, 2, 1, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
    }

    [Theory]
    [InlineData(new byte[] { 1, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 3, 2, 65, 66, 0, 0 })]
    [InlineData(new byte[] { 3, 0, 0, 0 })]
    public async Task What_comes_behind_the_bound_address_is_left_for_the_tunnel(byte[] bound)
    {
        var peer = new PeerStream([5, 0, 5, 0, 0, .. bound, 42]);
        using var wire = peer.Wire();
        await SocksHandshake.RunAsync(wire, Open, Site, default);
        Assert.Equal(42, peer.ReadByte());
    }

    [Theory]
    [InlineData(new byte[] { 72, 84 }, "does not speak SOCKS 5")]
    [InlineData(new byte[] { 4, 0 }, "does not speak SOCKS 5")]
    [InlineData(new byte[] { 5, 2 }, "requires a user name")]
    [InlineData(new byte[] { 5, 255 }, "requires a user name")]
    [InlineData(new byte[] { 5, 0, 5, 1, 0, 1 }, "SOCKS error 1")]
    [InlineData(new byte[] { 5, 0, 4, 0, 0, 1 }, "does not speak SOCKS 5")]
    [InlineData(new byte[] { 5, 0, 5, 0, 0, 9 }, "does not speak SOCKS 5")]
    public async Task A_refusal_says_why(byte[] answers, string reason) =>
        Assert.Contains(
            reason,
            (await Assert.ThrowsAsync<ProxyException>(() => RunAsync(Open, Site, answers))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData(new byte[] { 5, 2, 1, 1 }, "refuses the user name")]
    [InlineData(new byte[] { 5, 255 }, "no authentication method")]
    public async Task A_refused_name_is_told_from_a_missing_one(byte[] answers, string reason) =>
        Assert.Contains(
            reason,
            (await Assert.ThrowsAsync<ProxyException>(() => RunAsync(Guarded, Site, answers))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 5 })]
    [InlineData(new byte[] { 5, 0, 5, 0 })]
    [InlineData(new byte[] { 5, 0, 5, 0, 0, 3 })]
    [InlineData(new byte[] { 5, 0, 5, 0, 0, 3, 255, 1 })]
    public async Task A_proxy_that_leaves_is_the_end_of_the_stream(byte[] answers) =>
        await Assert.ThrowsAsync<EndOfStreamException>(() => RunAsync(Open, Site, answers));

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public async Task A_name_longer_than_a_byte_counts_is_refused(int length, bool taken)
    {
        byte[] answers = [5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        var site = new Destination(new('a', length), 443);
        if (taken)
            Assert.Equal(length, (await RunAsync(Open, site, answers))[7]);
        else
            await Assert.ThrowsAsync<ProxyException>(() => RunAsync(Open, site, answers));
    }

    // Returns what the proxy received while it gave these answers.
    private static async Task<byte[]> RunAsync(ProxyServer upstream, Destination destination, byte[] answers)
    {
        var peer = new PeerStream(answers, pieces: 1);
        using var wire = peer.Wire();
        await SocksHandshake.RunAsync(wire, upstream, destination, default);
        return peer.Told;
    }
}
