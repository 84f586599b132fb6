using Steelyard.Contract.Input;

namespace Steelyard.Tests.Unit.Contract.Input;

public sealed class WebAddressTests
{
    [Theory]
    [InlineData("http://example.com/a b", "http://example.com/a b")]
    [InlineData("example.com", "https://example.com")]
    [InlineData(" example.com/x?y=1 ", "https://example.com/x?y=1")]
    [InlineData("localhost:8080/x", "https://localhost:8080/x")]
    public void An_address_without_a_scheme_gets_one(string text, string url) => Assert.Equal(url, WebAddress.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("two words")]
    [InlineData("https://")]
    [InlineData("file:///etc/passwd")]
    [InlineData("data:text/html,x")]
    [InlineData("about:blank")]
    [InlineData("javascript:alert(1)")]
    public void What_leads_to_no_web_page_is_no_address(string text) => Assert.Null(WebAddress.Parse(text));
}
