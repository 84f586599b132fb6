using System.Net;
using Microsoft.AspNetCore.Http;
using Steelyard.Http;

namespace Steelyard.Tests.Unit.Http;

public sealed class DashboardCookieTests
{
    private static readonly DashboardCookie Cookie = new(new byte[32]);

    [Fact]
    public void A_key_is_read_back_from_its_cookie()
    {
        var (text, attributes) = Write("team:Kéy");
        Assert.DoesNotContain("team", text, StringComparison.Ordinal);
        Assert.Contains("httponly", attributes, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", attributes, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("path=/dashboard", attributes, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("team:Kéy", Cookie.Read(Request("/dashboard/sessions", text)));
        Assert.NotEqual(text, Write("team:Kéy").Text);
    }

    [Theory]
    [InlineData("/sessions")]
    [InlineData("/dashboards")]
    public void It_counts_on_the_dashboard_only(string path) => Assert.Null(Cookie.Read(Request(path, Write("key").Text)));

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("not base64!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_this_node_has_not_written_is_none(string text) => Assert.Null(Cookie.Read(Request("/dashboard", text)));

    [Fact]
    public void A_cookie_of_another_node_or_with_a_changed_letter_is_none()
    {
        var (text, _) = Write("key");
        Assert.Null(new DashboardCookie([.. Enumerable.Repeat((byte)1, 32)]).Read(Request("/dashboard", text)));
        var changed = text.ToCharArray();
        changed[30] = changed[30] == 'A' ? 'B' : 'A';
        Assert.Null(Cookie.Read(Request("/dashboard", new(changed))));
    }

    private static (string Text, string Attributes) Write(string key)
    {
        var context = new DefaultHttpContext();
        Cookie.Write(context, key);
        var header = context.Response.Headers.SetCookie.Single()!;
        var end = header.IndexOf(';', StringComparison.Ordinal);
        return (WebUtility.UrlDecode(header[(header.IndexOf('=', StringComparison.Ordinal) + 1)..end]), header[end..]);
    }

    private static HttpRequest Request(string path, string cookie)
    {
        var context = new DefaultHttpContext { Request = { Path = path } };
        context.Request.Headers.Cookie = $"steelyard={cookie}";
        return context.Request;
    }
}
