using SteelBrowser.Relay;

namespace Steelyard.Tests.Unit.BundledWorker.Relay;

public sealed class DestinationTests
{
    [Theory]
    [InlineData("example.com:443", "example.com", 443)]
    [InlineData("[::1]:80", "::1", 80)]
    [InlineData("127.0.0.1:65535", "127.0.0.1", 65535)]
    public void An_authority_is_a_host_and_a_port_and_is_written_as_it_came(string authority, string host, int port)
    {
        var destination = Destination.OfAuthority(authority);
        Assert.Equal(new(host, port), destination);
        Assert.Equal(authority, destination.Authority);
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.com")]
    [InlineData(":80")]
    [InlineData("[]:80")]
    [InlineData("[::1]")]
    [InlineData("a:")]
    [InlineData("a:0")]
    [InlineData("a:65536")]
    [InlineData("a:+80")]
    [InlineData("a: 80")]
    [InlineData("a:80 ")]
    [InlineData("a:٣")]
    public void Anything_else_is_none(string authority) => Assert.Throws<ProxyException>(() => Destination.OfAuthority(authority));

    [Theory]
    [InlineData("http://a.example", "a.example", 80, "/")]
    [InlineData("http://a.example/x?y=http://b", "a.example", 80, "/x?y=http://b")]
    [InlineData("HTTP://a.example:81/", "a.example", 81, "/")]
    [InlineData("http://a.example?q", "a.example", 80, "/?q")]
    [InlineData("http://[::1]/x", "::1", 80, "/x")]
    [InlineData("http://[::1]:8080/x", "::1", 8080, "/x")]
    public void An_address_is_a_destination_and_a_path(string url, string host, int port, string path) =>
        Assert.Equal((new(host, port), path), Destination.OfUrl(url));

    [Theory]
    [InlineData("")]
    [InlineData("/x")]
    [InlineData("https://a.example/")]
    [InlineData("http://")]
    [InlineData("http:///x")]
    [InlineData("http://me:secret@a.example/")]
    [InlineData("http://a.example:x/")]
    public void Anything_else_is_no_address(string url) => Assert.Throws<ProxyException>(() => Destination.OfUrl(url));
}
