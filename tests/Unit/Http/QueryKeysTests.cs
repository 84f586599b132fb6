using Microsoft.AspNetCore.Http;
using Steelyard.Http;

namespace Steelyard.Tests.Unit.Http;

/// <summary>Where a key may stand in an address, and what remains of the address without it.</summary>
public sealed class QueryKeysTests
{
    [Theory]
    [InlineData("/", "?sessionId=1?apiKey=key-a", "?sessionId=1")]
    [InlineData("/", "?sessionId=1&apiKey=key-a&x=2", "?sessionId=1&x=2")]
    [InlineData("/chromium", "?token=key-a&launch=%7B%7D?sessionId=2", "?launch=%7B%7D&sessionId=2")]
    [InlineData("/", "?APIKEY=key-a", "")]
    [InlineData("/", "?%61piKey=key-a&x=1", "?x=1")]
    [InlineData("/", "?x=1&t%6Fken=key-a", "?x=1")]
    [InlineData("/", "?apiKey=other&token=key-a", "")]
    [InlineData("/", "?token=key-a&x=1&token=key-a", "?x=1")]
    [InlineData("/", "?token=key-a?x=1", "?x=1")]
    [InlineData("/sessions/1/json/new", "?http://site/reset?token=abc&apiKey=key-a", "?http://site/reset?token=abc")]
    [InlineData("/json/new", "?http://site/?a=1?apiKey=key-a", "?http://site/?a=1")]
    [InlineData("/json/new/", "?apiKey=key%2Da", "")]
    [InlineData("/json/new", "?http://site/?a=1&%61piKey=key-a", "?http://site/?a=1")]
    [InlineData("/json/new", "?http://site/?a=1&token=key-a", "?http://site/?a=1")]
    [InlineData("/json/new", "?http://site/?TOKEN=key-a&b=1&apikey=key%2da", "?http://site/?b=1")]
    [InlineData("/json/new", "?apiKey=key-a&http://site/?b=1", "?http://site/?b=1")]
    [InlineData("/json/new", "?apiKey=key-a#top", "?#top")]
    [InlineData("/json/new", "?http%3A%2F%2Fsite%2F%3Fa%3D1%26apiKey%3Dkey-a", "?http%3A%2F%2Fsite%2F%3Fa%3D1")]
    [InlineData("/json/new", "?http%3A%2F%2Fsite%2F%3F%2561piKey%3Dkey%252Da%26b%3D1", "?http%3A%2F%2Fsite%2F%3Fb%3D1")]
    [InlineData("/json/new", "?apiKey%3Dkey-a", "")]
    public async Task A_key_in_the_query_lets_in_and_is_passed_on_to_nobody(string path, string query, string left)
    {
        var (status, passed) = await AskAsync(path, query, header: false);
        Assert.Equal((StatusCodes.Status200OK, left), (status, passed));
    }

    // The query is the address of a page, not a query for the node.
    [Theory]
    [InlineData("/json/new", "?http://site/reset?token=abc")]
    [InlineData("/json/new", "?http://site/?sessionId=1?apiKey=2")]
    [InlineData("/sessions/1/json/new", "?http://site/?x=1?token=abc&apiKey=1")]
    [InlineData("/json/new", "?http%3A%2F%2Fsite%2F%3Ftoken%3D1%23%26")]
    [InlineData("/json/new", "?http://site/?&&a=?b=#c?d&")]
    public async Task The_address_of_a_new_page_stays_as_it_is_when_the_key_is_in_a_header(string path, string query)
    {
        Assert.Equal((StatusCodes.Status200OK, query), await AskAsync(path, query, header: true));
        Assert.Equal((StatusCodes.Status200OK, query), await AskAsync(path, query, header: false, hasKeys: false));
    }

    [Theory]
    [InlineData("/", "?sessionId=1&apiKey=key-a", "?sessionId=1")]
    [InlineData("/sessions/1/json/new", "?http://site/?a=1&apiKey=key-a", "?http://site/?a=1")]
    public async Task A_key_that_is_shown_twice_is_passed_on_to_nobody_either(string path, string query, string left) =>
        Assert.Equal((StatusCodes.Status200OK, left), await AskAsync(path, query, header: true));

    // The value is still a key, for instance for a proxy in front of the node.
    [Fact]
    public async Task A_node_without_keys_passes_none_on() =>
        Assert.Equal((StatusCodes.Status200OK, "?a=1"), await AskAsync("/", "?a=1&token=x", header: false, hasKeys: false));

    // The address of a live view is itself the proof of access, and its query goes to a worker.
    [Fact]
    public async Task The_address_of_a_live_view_keeps_no_key() =>
        Assert.Equal(
            (StatusCodes.Status200OK, "?interactive=true"),
            await AskAsync("/live/1/2", "?interactive=true&apiKey=key-a", header: false));

    [Theory]
    [InlineData("/json/new", "?http://site/reset?token=abc")]
    [InlineData("/", "?apiKey=other")]
    [InlineData("/", "?apiKey=")]
    public async Task What_is_no_key_of_ours_lets_nobody_in(string path, string query) =>
        Assert.Equal(StatusCodes.Status401Unauthorized, (await AskAsync(path, query, header: false)).Status);

    private static async Task<(int Status, string? Query)> AskAsync(string path, string query, bool header, bool hasKeys = true)
    {
        string? passed = null;
        var keys = new KeyRing(new() { ApiKeys = hasKeys ? ["a:key-a"] : [] });
        var guard = new ApiKeys(
            context =>
            {
                passed = context.Request.QueryString.Value;
                return Task.CompletedTask;
            },
            keys,
            new WrongKeys(new(), TimeProvider.System),
            new DashboardCookie(new byte[32]));
        var context = new DefaultHttpContext { Request = { Path = path, QueryString = new(query) } };
        if (header)
            context.Request.Headers["x-api-key"] = "key-a";
        await guard.InvokeAsync(context);
        return (context.Response.StatusCode, passed);
    }
}
