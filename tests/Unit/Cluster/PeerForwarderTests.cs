using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Steelyard.Cluster;
using Steelyard.Fabric;
using Yarp.ReverseProxy.Forwarder;

namespace Steelyard.Tests.Unit.Cluster;

public sealed class PeerForwarderTests
{
    [Fact]
    public async Task A_request_that_a_node_did_not_answer_can_be_sent_to_the_next_one()
    {
        await using var services = new ServiceCollection().AddLogging().AddHttpForwarder().BuildServiceProvider();
        using var certificate = new ClusterCertificate(new(new string('s', ClusterSecret.LeastBytes)), "n0");
        using var forwarder = new PeerForwarder(services.GetRequiredService<IHttpForwarder>(), certificate);
        var peer = new Peer(SiloAddress.New(IPAddress.Loopback, 1, 1), new() { Name = "n1", Address = "127.0.0.1:1" }, TimeProvider.System);
        var context = new DefaultHttpContext();
        context.Request.Method = "POST";
        context.Request.Path = "/sessions";
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(ForwardOutcome.Failed, (await forwarder.SendAsync(context, peer)).Outcome);
            Assert.Equal(StatusCodes.Status200OK, context.Response.StatusCode);
        }
    }
}
