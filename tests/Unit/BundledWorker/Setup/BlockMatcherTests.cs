using SteelBrowser.Setup;
using Steelyard.Contract.Setup;

namespace Steelyard.Tests.Unit.BundledWorker.Setup;

public sealed class BlockMatcherTests
{
    private static readonly BlockMatcher Host = new(BlockRules.Nothing with { Hosts = ["bad.example"] });

    [Theory]
    [InlineData("https://bad.example/", true)]
    [InlineData("https://BAD.example:8443/x?y#z", true)]
    [InlineData("http://a.b.bad.example/", true)]
    [InlineData("https://notbad.example/", false)]
    [InlineData("https://bad.example.org/", false)]
    [InlineData("https://good.example/?at=bad.example", false)]
    [InlineData("https://bad.example@good.example/", false)]
    [InlineData("https://good.example/://bad.example/", false)]
    [InlineData("data:text/html,bad.example", false)]
    [InlineData("no address", false)]
    [InlineData("", false)]
    public void A_host_means_itself_and_what_is_below_it(string url, bool blocked) => Assert.Equal(blocked, Host.Blocks(url, "Script"));

    [Theory]
    [InlineData("xn--bcher-kva.example", "https://xn--bcher-kva.example/")]
    [InlineData("::1", "http://[::1]:80/")]
    [InlineData("127.0.0.1", "http://127.0.0.1/")]
    public void Whatever_is_to_be_blocked_matches_a_pattern_too(string host, string url)
    {
        var rules = new BlockMatcher(BlockRules.Nothing with { Hosts = [host] });
        Assert.True(rules.Blocks(url, "Script"));
        Assert.Contains(rules.Patterns, pattern => Wildcard.Matches(pattern, url));
    }

    [Fact]
    public void Kinds_of_resources_are_blocked_from_everywhere()
    {
        var rules = new BlockMatcher(BlockRules.Nothing with { Images = true, Stylesheets = true });
        Assert.Equal(["Image", "Stylesheet"], rules.ResourceTypes);
        Assert.True(rules.Blocks("data:image/png;base64,", "Image"));
        Assert.False(rules.Blocks("https://a.example/", "Media"));
        var media = BlockRules.Nothing with { Media = true };
        Assert.True(!media.IsNothing && new BlockMatcher(media).Blocks("", "Media"));
    }

    [Fact]
    public void Patterns_decide_by_the_whole_address()
    {
        var rules = new BlockMatcher(BlockRules.Nothing with { UrlPatterns = ["*://*/ads/?"] });
        Assert.True(rules.Blocks("https://a.example/ads/1", "Script"));
        Assert.False(rules.Blocks("https://a.example/ads/12", "Script"));
    }

    [Fact]
    public void Advertisers_are_blocked_only_when_asked_for()
    {
        const string Url = "https://stats.g.doubleclick.net/x";
        Assert.True(new BlockMatcher(BlockRules.Nothing with { Ads = true }).Blocks(Url, "Script"));
        Assert.False(Host.Blocks(Url, "Script"));
        Assert.True(BlockRules.Nothing.IsNothing && !(BlockRules.Nothing with { Ads = true }).IsNothing);
        Assert.Empty(new BlockMatcher(BlockRules.Nothing).Patterns);
    }
}
