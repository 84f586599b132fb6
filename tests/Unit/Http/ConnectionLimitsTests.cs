using System.Net;
using Steelyard.Http;

namespace Steelyard.Tests.Unit.Http;

public sealed class ConnectionLimitsTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2::")]
    [InlineData("2001:db8:1:3::1", "2001:db8:1:3::")]
    public void A_client_is_an_address_or_its_network(string address, string client) =>
        Assert.Equal(IPAddress.Parse(client), ConnectionLimits.Client(IPAddress.Parse(address)));
}
