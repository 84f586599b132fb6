using System.Buffers.Text;
using Steelyard.Http;
using Steelyard.Sessions;

namespace Steelyard.Tests.Unit.Http;

/// <summary>A ticket proves who its caller is: to one node, for one session, for half a minute of that node's clock.</summary>
public sealed class RedirectTicketsTests
{
    private const int Here = 7;
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly Caller Alice = new("alice", IsOperator: false);
    private static readonly TimeSpan Start = TimeSpan.FromHours(5);

    private readonly SessionId session = new(Guid.NewGuid());
    private readonly RedirectTickets here;
    private TimeSpan now = Start;

    public RedirectTicketsTests() => here = new(Key, Here, () => now);

    // Another node makes the ticket. Its own clock shows something else, and does not count.
    private static RedirectTickets There => new(Key, 3, () => TimeSpan.FromDays(300));

    public static TheoryData<string?, bool> Callers => new()
    {
        { "alice", false },
        { "the operator", true },
        { "&?=#%/+ \"\u0000\n", false },
        { "Zoë 東京 🗝", true },
        { new string('n', 1024), false },
        { "", false },
        { null, true },
        { null, false },
    };

    [Theory]
    [MemberData(nameof(Callers))]
    public void It_says_who_its_caller_is(string? name, bool isOperator)
    {
        var ticket = There.Issue(session, new(name, isOperator), Here, Start)!;
        Assert.Equal(new(name, isOperator), here.Open(ticket, session));
        Assert.Equal(ticket, Uri.EscapeDataString(ticket));
    }

    [Fact]
    public void A_name_that_is_too_long_for_an_address_gets_none() =>
        Assert.Null(There.Issue(session, new(new string('n', 1025), false), Here, Start));

    [Fact]
    public void It_opens_one_session_on_one_node()
    {
        Assert.Null(here.Open(There.Issue(new(Guid.NewGuid()), Alice, Here, Start)!, session));
        Assert.Null(here.Open(There.Issue(session, Alice, Here + 1, Start)!, session));
    }

    [Fact]
    public void It_is_good_for_half_a_minute()
    {
        var ticket = There.Issue(session, Alice, Here, Start)!;
        now = Start + RedirectTickets.Life - TimeSpan.FromMilliseconds(1);
        Assert.Equal(Alice, here.Open(ticket, session));
        now = Start + RedirectTickets.Life;
        Assert.Null(here.Open(ticket, session));
    }

    [Fact]
    public void A_ticket_from_before_the_clock_began_anew_is_none()
    {
        var ticket = There.Issue(session, Alice, Here, Start)!;
        now = TimeSpan.FromMinutes(1);
        Assert.Null(here.Open(ticket, session));
    }

    [Fact]
    public void No_other_secret_makes_one() =>
        Assert.Null(here.Open(new RedirectTickets(new byte[32], 3, () => Start).Issue(session, Alice, Here, Start)!, session));

    [Fact]
    public void Each_of_its_bits_counts()
    {
        var ticket = Base64Url.DecodeFromChars(There.Issue(session, Alice, Here, Start)!);
        for (var bit = 0; bit < ticket.Length * 8; bit++)
        {
            ticket[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(here.Open(Base64Url.EncodeToString(ticket), session));
            ticket[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.Equal(Alice, here.Open(Base64Url.EncodeToString(ticket), session));
        Assert.Null(here.Open(Base64Url.EncodeToString(ticket.AsSpan(0, ticket.Length - 1)), session));
        Assert.Null(here.Open(Base64Url.EncodeToString([.. ticket, 0]), session));
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("not base64!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_no_node_has_made_is_none(string text) => Assert.Null(here.Open(text, session));

    [Fact]
    public void A_long_text_is_none() => Assert.Null(here.Open(new string('A', 1 << 20), session));
}
