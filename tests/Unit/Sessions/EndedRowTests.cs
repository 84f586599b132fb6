using System.Text;
using Steelyard.Requests;
using Steelyard.Sessions;
using Steelyard.WorkerHttp;

namespace Steelyard.Tests.Unit.Sessions;

public sealed class EndedRowTests
{
    private const string Body = """
        {"metadata":{"job":"ä"},"timeout":600000,"inactivityTimeout":90000,"userAgent":"UA",
        "dimensions":{"width":1000,"height":700},"namespace":"n","proxyUrl":"http://proxy.example:1","blockAds":true,
        "optimizeBandwidth":{"blockHosts":["x.example"],"blockUrlPatterns":["*ad*"],"blockImages":true},
        "deviceConfig":{"device":"mobile"},"debugConfig":{"interactive":false}}
        """;

    [Fact]
    public void A_session_of_the_Steel_dialect_comes_back_with_all_that_describes_it()
    {
        var asked = Parse(Body);
        var ended = Ended(asked);
        var back = EndedRow.Read(EndedRow.Write(ended));
        Assert.Equal(ended with { Request = back.Request }, back);
        Assert.Equal(
            (asked.Clock with { IsIdleWhileSilent = false }, asked.Holder, "ä"),
            (back.Request.Clock, back.Request.Holder, back.Request.Metadata["job"]));
        var facts = SteelFacts.Of(back.Request);
        Assert.Equal(
            (asked.Shown.Dimensions, "UA", "n", true, true, false),
            (facts.Dimensions, facts.UserAgent, facts.Namespace, facts.HasProxy, facts.IsMobile, facts.IsInteractive));
        Assert.Equal(["x.example"], facts.Blocking.Hosts);
        Assert.Equal(["*ad*"], facts.Blocking.UrlPatterns);
        Assert.Equal((true, false, true), (facts.Blocking.Images, facts.Blocking.Media, facts.Blocking.Ads));
    }

    [Fact]
    public void One_of_another_dialect_comes_back_without_facts()
    {
        var ended = Ended(new SessionRequest(default, new(TimeSpan.FromSeconds(60), null))) with { Worker = null };
        var back = EndedRow.Read(EndedRow.Write(ended));
        Assert.Equal(ended with { Request = back.Request }, back);
        Assert.Null(back.Request.Facts);
        Assert.Empty(back.Request.Metadata);
        Assert.Same(SteelFacts.Default, SteelFacts.Of(back.Request));
    }

    [Fact]
    public void A_proxys_password_is_not_written_down() =>
        Assert.DoesNotContain(
            "secret",
            EndedRow.Write(Ended(Parse("""{"proxyUrl":"http://user:secret@proxy.example:1"}"""))).ToString(),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"dimensions":{"width":1,"height":1},"blocking":{}}""")]
    public void Facts_that_nobody_can_read_are_none(string facts) =>
        Assert.Same(SteelFacts.Default, SteelFacts.Of(new(default, default) { Facts = facts }));

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Every_reason_is_read_by_its_name(EndReason reason) => Assert.Equal(reason, EndReasons.Parse(reason.Name()));

    public static IEnumerable<TheoryDataRow<EndReason>> Reasons =>
        Enum.GetValues<EndReason>().Select(reason => new TheoryDataRow<EndReason>(reason));

    private static SteelRequest Parse(string body) =>
        new CreateParser(WorkerProtocol.Challenge, new()).Parse(Encoding.UTF8.GetBytes(body), new("a", IsOperator: false));

    private static EndedSession Ended(SessionRequest request) => new(
        new(Guid.NewGuid()),
        request.WithoutPayload(),
        new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        new(2026, 1, 2, 0, 0, 0, TimeSpan.Zero),
        EndReason.WorkerLost,
        "w1: exited",
        "w1",
        Node: 3,
        Restarts: 2,
        new(4, 5))
    { Number = 6, Cause = "out_of_memory" };
}
