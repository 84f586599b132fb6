using System.Text;
using CsCheck;
using Steelyard.Sessions;

namespace Steelyard.Tests.Unit.Sessions;

public sealed class SessionIdTests
{
    private static readonly byte[] Secret = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] AnotherSecret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    [Fact]
    public void A_made_id_is_a_uuid_of_version_8_and_the_rfc_variant() => Gen.Int[0, 65535].Sample(node =>
    {
        var text = new SessionIdIssuer(node, Secret).Next().ToString();
        Assert.Equal('8', text[14]);
        Assert.Contains(text[19], "89ab");
        Assert.Equal(text, Guid.Parse(text).ToString());
    });

    [Fact]
    public void The_node_that_made_an_id_can_be_read_from_it() =>
        Gen.Int[0, 65535].Sample(node => Assert.Equal(node, new SessionIdIssuer(node, Secret).Next().Node));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(65535)]
    public void The_first_and_the_last_nodes_work_too(int node)
    {
        var id = new SessionIdIssuer(node, Secret).Next();
        Assert.Equal(node, id.Node);
        Assert.StartsWith(node.ToString("x4", System.Globalization.CultureInfo.InvariantCulture), id.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_node_of_the_cluster_recognises_the_ids_of_every_other()
    {
        var one = new SessionIdIssuer(1, Secret);
        var two = new SessionIdIssuer(2, [.. Secret]);
        for (var i = 0; i < 100; i++)
        {
            Assert.True(one.Made(two.Next()));
            Assert.True(two.Made(one.Next()));
        }
    }

    [Fact]
    public void Every_change_of_a_single_bit_is_recognised()
    {
        var issuer = new SessionIdIssuer(7, Secret);
        for (var round = 0; round < 20; round++)
        {
            var id = issuer.Next();
            for (var bit = 0; bit < 128; bit++)
            {
                var bytes = id.Value.ToByteArray(bigEndian: true);
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(issuer.Made(new(new(bytes, bigEndian: true))), $"bit {bit} of {id}");
            }
        }
    }

    [Fact]
    public void An_id_made_with_another_secret_is_not_ours()
    {
        var stranger = new SessionIdIssuer(7, AnotherSecret);
        var issuer = new SessionIdIssuer(7, Secret);
        for (var i = 0; i < 100; i++)
            Assert.False(issuer.Made(stranger.Next()));
    }

    [Fact]
    public void Ids_that_nobody_made_are_not_ours()
    {
        var issuer = new SessionIdIssuer(0, Secret);
        Assert.False(issuer.Made(default));
        Assert.False(issuer.Made(new(Guid.AllBitsSet)));
        Gen.Guid.Sample(guid => Assert.False(issuer.Made(new(guid))));
    }

    [Fact]
    public void No_two_ids_are_the_same()
    {
        var issuer = new SessionIdIssuer(1, Secret);
        var ids = Enumerable.Range(0, 10_000).Select(_ => issuer.Next()).ToHashSet();
        Assert.Equal(10_000, ids.Count);
    }

    [Fact]
    public void Every_random_bit_varies()
    {
        var issuer = new SessionIdIssuer(0x1234, Secret);
        var (ones, zeros) = (new byte[16], new byte[16]);
        for (var i = 0; i < 200; i++)
        {
            var bytes = issuer.Next().Value.ToByteArray(bigEndian: true);
            for (var at = 0; at < 16; at++)
            {
                ones[at] |= bytes[at];
                zeros[at] |= (byte)~bytes[at];
            }
        }

        var varies = ones.Zip(zeros, (one, zero) => one & zero).ToArray();
        Assert.Equal([0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0xFF, 0x3F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], varies);
    }

    [Fact]
    public void The_text_reads_back_in_lower_and_upper_case() => Gen.Guid.Sample(guid =>
    {
        var id = new SessionId(guid);
        var bytes = new byte[SessionId.TextLength];
        id.WriteTo(bytes);
        Assert.Equal(id.ToString(), Encoding.ASCII.GetString(bytes));
        Assert.Equal(SessionId.TextLength, id.ToString().Length);
        Assert.True(SessionId.TryParse(id.ToString(), out var lower));
        Assert.True(SessionId.TryParse(id.ToString().ToUpperInvariant(), out var upper));
        Assert.Equal((id, id), (lower, upper));
    });

    [Fact]
    public void Too_little_room_for_the_text_is_an_error() =>
        Assert.Throws<ArgumentException>(() => new SessionId(Guid.AllBitsSet).WriteTo(new byte[35]));

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("0123456789ab8cdef89ab0123456789ab")]
    [InlineData("01234567-89ab-8cde-89ab-0123456789a")]
    [InlineData("01234567-89ab-8cde-89ab-0123456789abc")]
    [InlineData("01234567-89ab-8cde-89ab-0123456789ag")]
    [InlineData("01234567-89ab-8cde-89ab_0123456789ab")]
    [InlineData("0123456-789ab-8cde-89ab-0123456789ab")]
    [InlineData("{1234567-89ab-8cde-89ab-0123456789ab}")]
    [InlineData("(01234567-89ab-8cde-89ab-0123456789ab)")]
    [InlineData(" 01234567-89ab-8cde-89ab-0123456789ab")]
    [InlineData("01234567-89ab-8cde-89ab-0123456789ab ")]
    [InlineData("01234567-89ab-8cde-89ab-0123456789ab\n")]
    [InlineData(" 1234567-89ab-8cde-89ab-0123456789ab")]
    [InlineData("01234567-89ab-8cde-89ab-0123456789a ")]
    [InlineData("０1234567-89ab-8cde-89ab-0123456789ab")]
    [InlineData("01234567-89ab-8cde-89ab-01234567\u000089ab")]
    public void A_text_that_is_no_uuid_is_refused(string text) => Assert.False(SessionId.TryParse(text, out _));

    [Theory]
    [InlineData("0x234567-89ab-8cde-89ab-0123456789ab")]
    [InlineData("0X234567-89ab-8cde-89ab-0123456789ab")]
    [InlineData("+1234567-89ab-8cde-89ab-0123456789ab")]
    [InlineData("01234567-+9ab-8cde-89ab-0123456789ab")]
    [InlineData("01234567-0xab-8cde-89ab-0123456789ab")]
    public void An_id_has_one_text_only_apart_from_its_case(string text) => Assert.False(SessionId.TryParse(text, out _));
}
