using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Steelyard.Api;

namespace Steelyard.Tests.Functional;

/// <summary>The description of the API has the routes of the node, and a page for people. The tester compares its answers.</summary>
public sealed class DescriptionTests
{
    [Fact]
    public async Task It_has_each_route_of_the_node_and_no_other()
    {
        await using var node = await TestNode.StartAsync(options => options);
        var described = DescribedRoutes.In(ApiDescription.Read()["paths"]!.AsObject()).Select(each => $"{each.Method} {each.Path}");
        var routes = node.Routes.SelectMany(route => route.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods
            .Where(method => method != "HEAD") // It says no more than the GET does.
            .Select(method => $"{method} {route.RoutePattern.RawText!.Replace("{**", "{", StringComparison.Ordinal)}"));
        Assert.Equal(routes.Distinct().Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_answer_that_differs_from_it_is_noticed()
    {
        var body = JsonNode.Parse("""{"nodes":[{"name":"n1","state":"asleep","colour":"red"}],"missing_nodes":["n2"]}""")!;
        var differences = DescribedAnswers.Differences("get", "/nodes", 200, body);
        Assert.Contains(".nodes[0].number is required and absent", differences);
        Assert.Contains(".nodes[0].colour is not described", differences);
        Assert.Contains(".nodes[0].state is \"asleep\", which is not described", differences);
        Assert.Contains(".missing_nodes is not described", differences);
    }

    [Fact]
    public async Task It_names_the_address_under_which_it_was_asked_for_and_the_version()
    {
        await using var node = await TestNode.StartAsync(options => options);
        foreach (var host in new[] { "localhost:1234", "127.0.0.1" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi.json") { Headers = { Host = host } };
            using var reply = await node.Http.SendAsync(request);
            var told = JsonNode.Parse(await reply.Content.ReadAsStringAsync())!;
            Assert.Equal($"http://{host}", (string?)told["servers"]![0]!["url"]);
            Assert.Equal(typeof(Node).Assembly.GetName().Version!.ToString(3), (string?)told["info"]!["version"]);
        }
    }

    [Fact]
    public async Task Its_page_may_load_from_its_own_node_only_and_needs_no_key()
    {
        await using var node = await TestNode.StartAsync(options => options with { ApiKeys = ["a:key-a"] });
        using var page = await node.Http.GetAsync("/docs");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var script = await node.Http.GetAsync("/docs/scalar.js");
        Assert.Equal("gzip", Assert.Single(script.Content.Headers.ContentEncoding));
    }
}
