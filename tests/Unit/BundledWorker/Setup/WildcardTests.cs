using SteelBrowser.Setup;

namespace Steelyard.Tests.Unit.BundledWorker.Setup;

public sealed class WildcardTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("*", "")]
    [InlineData("*", "anything")]
    [InlineData("***", "a")]
    [InlineData("a?c", "abc")]
    [InlineData("*/track/*", "https://a.example/track/1")]
    [InlineData("a*b*c", "a-b-b-c")]
    [InlineData("*aab", "aaaab")]
    [InlineData(@"\*", "*")]
    [InlineData(@"a\?b", "a?b")]
    [InlineData(@"\\", @"\")]
    [InlineData(@"a\", @"a\")]
    [InlineData(@"*\?x=*", "https://a.example/?x=1")]
    public void It_matches(string pattern, string text) => Assert.True(Wildcard.Matches(pattern, text));

    [Theory]
    [InlineData("", "a")]
    [InlineData("?", "")]
    [InlineData("a", "A")]
    [InlineData("a?c", "ac")]
    [InlineData("*/track/*", "https://a.example/tracks/1")]
    [InlineData("a*b", "a-b-")]
    [InlineData("*aab", "aaaba")]
    [InlineData(@"\*", "a")]
    [InlineData(@"a\?b", "axb")]
    [InlineData(@"a\", "a")]
    [InlineData("a.c", "abc")]
    [InlineData("[a-z]", "b")]
    public void It_does_not_match(string pattern, string text) => Assert.False(Wildcard.Matches(pattern, text));

    [Fact]
    public void Many_stars_do_not_take_for_ever() =>
        Assert.False(Wildcard.Matches(string.Concat(Enumerable.Repeat("*a", 1000)) + "b", new string('a', 30_000)));
}
