using Microsoft.AspNetCore.Http;
using Steelyard.Api;

namespace Steelyard.Tests.Unit.Api;

/// <summary>Where a key may stand in an address, and what is left of the address then.</summary>
public sealed class QueryKeysTests
{
    [Theory]
    [InlineData("/", "?sessionId=1?apiKey=key-a", "?sessionId=1")]
    [InlineData("/", "?sessionId=1&apiKey=key-a&x=2", "?sessionId=1&x=2")]
    [InlineData("/chromium", "?token=key-a&launch=%7B%7D?sessionId=2", "?launch=%7B%7D&sessionId=2")]
    [InlineData("/", "?APIKEY=key-a", "?")]
    [InlineData("/sessions/1/json/new", "?http://site/reset?token=abc&apiKey=key-a", "?http://site/reset?token=abc")]
    [InlineData("/json/new", "?http://site/?a=1?apiKey=key-a", "?http://site/?a=1")]
    [InlineData("/json/new/", "?apiKey=key%2Da", "")]
    public async Task A_key_in_the_query_lets_in_and_is_passed_on_to_nobody(string path, string query, string left)
    {
        var (status, passed) = await AskAsync(path, query, header: false);
        Assert.Equal((StatusCodes.Status200OK, left), (status, passed));
    }

    // It is the address of a page, and no query of ours.
    [Theory]
    [InlineData("/json/new", "?http://site/reset?token=abc")]
    [InlineData("/json/new", "?http://site/?sessionId=1?apiKey=2")]
    [InlineData("/sessions/1/json/new", "?http://site/?x=1?token=abc&apiKey=1")]
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

    [Theory]
    [InlineData("/json/new", "?http://site/reset?token=key-a")]
    [InlineData("/json/new", "?http://site/?apiKey=key-a&b=1")]
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
            new WrongKeys(new(), TimeProvider.System));
        var context = new DefaultHttpContext { Request = { Path = path, QueryString = new(query) } };
        if (header)
            context.Request.Headers["x-api-key"] = "key-a";
        await guard.InvokeAsync(context);
        return (context.Response.StatusCode, passed);
    }
}
