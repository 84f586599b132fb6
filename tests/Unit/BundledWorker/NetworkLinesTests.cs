using SteelBrowser.Recording;

namespace Steelyard.Tests.Unit.BundledWorker;

public sealed class NetworkLinesTests
{
    [Theory]
    [InlineData("https://a.example/path", "https://a.example/path")]
    [InlineData("https://a.example/path?token=secret", "https://a.example/path?…")]
    [InlineData("https://a.example/path?token=secret#part", "https://a.example/path?…")]
    [InlineData("https://a.example/path#token=secret", "https://a.example/path")]
    [InlineData("https://user:secret@a.example/path", "https://a.example/path")]
    [InlineData("https://user:secret@a.example", "https://a.example")]
    [InlineData("https://a.example/mail/x@y", "https://a.example/mail/x@y")]
    [InlineData("https://a.example?user@secret", "https://a.example?…")]
    [InlineData("data:text/html;base64,c2VjcmV0", "data:…")]
    [InlineData("about:blank", "about:blank")]
    [InlineData("blob:https://a.example/0b7e", "blob:https://a.example/0b7e")]
    [InlineData("", "")]
    public void Addresses_lose_what_may_be_secret(string url, string kept) =>
        Assert.Equal(kept, NetworkLines.Shorten(url, keepQuery: false));

    [Theory]
    [InlineData("https://a.example/path?q=1#part", "https://a.example/path?q=1")]
    [InlineData("https://user:secret@a.example/?q=x@y", "https://a.example/?q=x@y")]
    public void The_query_is_kept_if_asked(string url, string kept) => Assert.Equal(kept, NetworkLines.Shorten(url, keepQuery: true));

    [Fact]
    public void Long_addresses_are_cut() =>
        Assert.InRange(NetworkLines.Shorten("https://a.example/" + new string('a', 9000), true).Length, 1, 2001);
}
