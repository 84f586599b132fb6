using System.Text;
using SteelBrowser.Relay;

namespace Steelyard.Tests.Unit.BundledWorker.Relay;

public sealed class HttpHeadTests
{
    [Fact]
    public void A_head_is_written_as_it_came()
    {
        const string Head = "GET http://a/ä HTTP/1.1\r\nHost: a\r\nX-Odd:  two  spaces \r\n\r\n";
        var head = HttpHead.Parse(Encoding.Latin1.GetBytes(Head));
        Assert.Equal(("GET", "http://a/ä", "HTTP/1.1"), head.Words);
        Assert.Equal(["Host: a", "X-Odd:  two  spaces "], head.Headers);
        Assert.Equal(Head, Encoding.Latin1.GetString(head.ToBytes()));
    }

    [Fact]
    public void What_is_meant_for_one_connection_is_left_out_however_it_is_spelt()
    {
        var head = new HttpHead(
            "GET / HTTP/1.1",
            [
                "Host: a", "CONNECTION: keep-alive", "Keep-Alive: 1", "proxy-connection : x", "Proxy-Authorization: Basic page",
                "Connections: 1",
            ]);
        Assert.Equal(
            ["Host: a", "Connections: 1", "Connection: close", "Proxy-Authorization: Basic ours"],
            head.ForOneRequest("Proxy-Authorization: Basic ours").Headers);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK", 200)]
    [InlineData("HTTP/1.0 407 Proxy Authentication Required", 407)]
    [InlineData("HTTP/1.1 204", 204)]
    [InlineData("HTTP/1.1 20x", 0)]
    [InlineData("HTTP/1.1", 0)]
    [InlineData("HTTP/2 200", 0)]
    [InlineData("SSH-2.0-OpenSSH_9", 0)]
    [InlineData("HTTP/1.1 99999999999", 0)]
    [InlineData("", 0)]
    public void The_status_is_that_of_a_response(string line, int status) => Assert.Equal(status, new HttpHead(line, []).Status);

    [Theory]
    [InlineData("", "", "")]
    [InlineData("GET", "", "")]
    [InlineData("GET /", "/", "")]
    public void Missing_words_are_empty(string line, string second, string third)
    {
        var words = HttpHead.Parse(Encoding.Latin1.GetBytes(line)).Words;
        Assert.Equal((second, third), (words.Second, words.Third));
    }
}
