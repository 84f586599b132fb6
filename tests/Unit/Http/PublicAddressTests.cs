using Microsoft.AspNetCore.Http;
using Steelyard.Http;

namespace Steelyard.Tests.Unit.Http;

public sealed class PublicAddressTests
{
    [Theory]
    [InlineData("http", "localhost:8080", null, "ws://localhost:8080")]
    [InlineData("https", "grid.example", null, "wss://grid.example")]
    [InlineData("http", "inside:8080", "https://grid.example", "wss://grid.example")]
    [InlineData("https", "inside", "http://grid.example:81/", "ws://grid.example:81")]
    [InlineData("http", "inside", "https://grid.example/browsers/", "wss://grid.example/browsers")]
    public void It_is_the_public_url_or_else_what_the_request_was_sent_to(string scheme, string host, string? publicUrl, string origin)
    {
        var request = new DefaultHttpContext().Request;
        (request.Scheme, request.Host) = (scheme, new(host));
        Assert.Equal(origin, PublicAddress.Of(request, new() { PublicUrl = publicUrl is null ? null : new(publicUrl) }).WebSocketOrigin);
    }
}
