using SteelBrowser.Live;

namespace Steelyard.Tests.Unit.BundledWorker.Live;

public sealed class TabAddressTests
{
    [Theory]
    [InlineData("https://example.com/a?b#c", "https://example.com/a?b#c")]
    [InlineData("http://localhost:8080", "http://localhost:8080")]
    [InlineData("HTTP://Example.com", "HTTP://Example.com")]
    [InlineData(" example.com ", "https://example.com")]
    [InlineData("localhost:8080/x", "https://localhost:8080/x")]
    [InlineData("[::1]:80", "https://[::1]:80")]
    [InlineData("bücher.example", "https://bücher.example")]
    [InlineData("about:blank", "about:blank")]
    [InlineData("ABOUT:BLANK", "ABOUT:BLANK")]
    [InlineData("data:text/html,x", "data:text/html,x")]
    [InlineData("DATA:1,2", "DATA:1,2")]
    public void An_address_is_completed(string typed, string url) => Assert.Equal(url, TabAddress.Parse(typed));

    [Theory]
    [InlineData("")]
    [InlineData(" \t\n")]
    [InlineData("https://")]
    [InlineData("two words")]
    [InlineData("file:///etc/passwd")]
    [InlineData("FILE:///etc/passwd")]
    [InlineData("javascript:alert(1)")]
    [InlineData("java\tscript:alert(1)")]
    [InlineData("\u0001javascript:alert(1)")]
    [InlineData("fi\nle:///etc/passwd")]
    [InlineData("view-source:https://example.com")]
    [InlineData("chrome://version")]
    [InlineData("devtools://devtools")]
    [InlineData("blob:https://example.com/1")]
    [InlineData("about:srcdoc")]
    [InlineData("ws://example.com")]
    [InlineData("https://exa\0mple.com")]
    [InlineData("//example.com:x")]
    [InlineData("javascript:1;alert(1)")]
    public void What_reads_the_machine_or_runs_in_the_page_is_not_opened(string typed) =>
        Assert.Throws<BadMessageException>(() => TabAddress.Parse(typed));

    [Theory]
    [InlineData("file:1/etc/passwd")]
    [InlineData("chrome:1")]
    public void A_scheme_with_a_digit_behind_it_is_a_host_with_a_port(string typed) =>
        Assert.Equal("https://" + typed, TabAddress.Parse(typed));
}
