using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Steelyard.LiveView;

namespace Steelyard.Tests.Unit.LiveView;

public sealed partial class LiveViewPageTests
{
    [Fact]
    public async Task Its_policy_allows_its_own_script_and_style_and_nothing_else()
    {
        await CheckPolicyAsync(isInteractive: true);
        await CheckPolicyAsync(isInteractive: false);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_is_told_whether_it_may_offer_to_take_over(bool isInteractive)
    {
        var (_, html) = await GetAsync(isInteractive);
        Assert.Contains(
            isInteractive ? "<html lang=\"en\" data-interactive=\"true\">" : "<html lang=\"en\" data-interactive=\"false\">",
            html,
            StringComparison.Ordinal);
    }

    private static async Task CheckPolicyAsync(bool isInteractive)
    {
        var (headers, html) = await GetAsync(isInteractive);
        var policy = headers.ContentSecurityPolicy.ToString();
        Assert.Contains($"script-src '{HashOf(html, "script")}';", policy, StringComparison.Ordinal);
        Assert.Contains($"style-src '{HashOf(html, "style")}';", policy, StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("frame-ancestors", policy, StringComparison.Ordinal);
        Assert.Equal("no-referrer", headers["Referrer-Policy"]);
        Assert.Equal("text/html; charset=utf-8", headers.ContentType);
        Assert.Equal(Encoding.UTF8.GetByteCount(html), headers.ContentLength);
    }

    [Fact]
    public async Task It_loads_nothing_and_has_no_code_in_attributes()
    {
        var (_, html) = await GetAsync();
        Assert.DoesNotMatch(External(), html);
        Assert.DoesNotMatch(InAttributes(), html);
        Assert.DoesNotContain("innerHTML", html, StringComparison.Ordinal);
    }

    private static async Task<(IHeaderDictionary Headers, string Html)> GetAsync(bool isInteractive = true)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { Response = { Body = body } };
        await LiveViewPage.WriteAsync(context, isInteractive);
        Assert.Equal(StatusCodes.Status200OK, context.Response.StatusCode);
        return (context.Response.Headers, Encoding.UTF8.GetString(body.ToArray()));
    }

    private static string HashOf(string html, string element)
    {
        var content = Regex.Match(html, $"<{element}>(.*?)</{element}>", RegexOptions.Singleline).Groups[1].Value;
        return $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}";
    }

    [GeneratedRegex(@"\ssrc=|href=""(?!data:)|\burl\(|@import|https?://|<(script|style)\s")]
    private static partial Regex External();

    [GeneratedRegex(@"<[a-z]+[^>]*\s(style|on\w+)=", RegexOptions.IgnoreCase)]
    private static partial Regex InAttributes();
}
