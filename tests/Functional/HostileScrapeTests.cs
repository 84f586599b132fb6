using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Steelyard.Contract;

namespace Steelyard.Tests.Functional;

/// <summary>Scrapes of pages that are built to harm their reader, and the effect on other sessions.</summary>
public sealed class HostileScrapeTests
{
    private const string Paragraph = "<p>Some words of a paragraph that is long enough to count, with commas, too.</p>";

    // The page loads, and then its script runs forever.
    private const string Endless = "<script>onload = () => setTimeout(() => { for (;;); }, 0)</script>";

    // A page of 14 MB may cost buffers and code that runs for the first time, but no memory in proportion to its size.
    private const long MostGrowth = 64 << 20;

    // The unprocessed page and the most expensive format; `make attacks` tries the others.
    private static readonly (string Path, string Format)[] Scrapes = LongForm.OfAttacks
        ?
        [
            .. from path in new[] { "large", "deep" }
               from format in new[] { "html", "cleaned_html", "markdown", "readability" }
               select (path, format),
        ]
        : [("large", "html"), ("deep", "readability")];

    [Fact]
    public async Task Memory_of_the_orchestrator_does_not_grow_with_the_page()
    {
        await using var site = await Site.StartAsync(new()
        {
            ["/"] = "<p>small",
            ["/large"] = "<article>" + string.Concat(Enumerable.Repeat(Paragraph, 14_000_000 / Paragraph.Length)) + "</article>",
            ["/deep"] = "<xmp id=x></xmp><script>x.textContent = '</xmp>' + '<div>'.repeat(50000)</script>",
        });
        if (BrowserLocator.Find(null) is null)
            Assert.Skip("no Chromium is installed: run `make browser`");
        await using var node = await NodeProcess.StartAsync(
            null, "--worker", "chromium", "--warm", "1", "--max-workers", "2", "--egress", "allow:127.0.0.1");
        node.Http.Timeout = TimeSpan.FromSeconds(100);
        await node.ReadyAsync(1);
        Assert.Equal(HttpStatusCode.OK, (await ScrapeAsync(node.Http, $"{site.Url}/", "html")).Status);
        var before = PeakOf(node);
        foreach (var (path, format) in Scrapes)
        {
            var (status, bytes) = await ScrapeAsync(node.Http, $"{site.Url}/{path}", format);

            // A page that takes more work than reading it may be refused as too slow.
            var mayBeTooSlow = path == "large" && format is ("markdown" or "readability");
            Assert.True(
                status == HttpStatusCode.OK || (mayBeTooSlow && status == HttpStatusCode.BadGateway), $"{path} as {format}: {status}");
            Assert.True(status != HttpStatusCode.OK || path != "large" || bytes > 5_000_000, $"{path} as {format}: {bytes} bytes");
        }

        Assert.InRange(PeakOf(node) - before, 0, MostGrowth);
    }

    [Fact]
    public async Task Others_create_and_scrape_while_five_pages_keep_their_browsers_busy()
    {
        if (BrowserLocator.Find(null) is null)
            Assert.Skip("no Chromium is installed: run `make browser`");
        await using var site = await Site.StartAsync(new() { ["/endless"] = Endless, ["/"] = "<p>small" });
        await using var node = await TestNode.StartAsync(
            options => options with
            {
                Worker = "chromium",
                Warm = 1,
                MaxWorkers = 6,
                MaxPageCalls = 5,
                PageTimeout = TimeSpan.FromSeconds(5),
                QueueTimeout = TimeSpan.FromSeconds(60),
            });
        using var http = new HttpClient { BaseAddress = node.Http.BaseAddress, Timeout = TimeSpan.FromSeconds(100) };
        var hostile = Enumerable.Range(0, 5).Select(_ => ScrapeAsync(http, $"{site.Url}/endless", "readability")).ToList();
        await Eventually.IsTrueAsync(() => node.Pool.Status().Leased == 5, "five scrapes are under way", seconds: 60);
        var id = await node.CreateAsync();
        Assert.Equal(HttpStatusCode.OK, await node.StatusOfAsync(id));
        var other = ScrapeAsync(http, $"{site.Url}/", "markdown"); // This call waits for its turn and then succeeds.
        Assert.All(await Task.WhenAll(hostile), reply => Assert.Equal(HttpStatusCode.GatewayTimeout, reply.Status));
        Assert.Equal(HttpStatusCode.OK, (await other).Status);
        await Eventually.IsTrueAsync(() => node.Pool.Status().Leased == 1, "their workers are free", seconds: 60);
    }

    [Fact]
    public async Task More_than_may_work_and_wait_are_told_when_to_come_again()
    {
        if (BrowserLocator.Find(null) is null)
            Assert.Skip("no Chromium is installed: run `make browser`");
        await using var site = await Site.StartAsync(new() { ["/endless"] = Endless });
        await using var node = await TestNode.StartAsync(
            options => options with
            {
                Worker = "chromium",
                Warm = 2,
                MaxWorkers = 2,
                PageTimeout = TimeSpan.FromSeconds(20),
                QueueTimeout = TimeSpan.FromMilliseconds(500),
            });
        await node.ReadyAsync(2);
        using var leaving = new CancellationTokenSource();
        var first = node.Http.PostAsJsonAsync("/v1/scrape", new { url = $"{site.Url}/endless" }, leaving.Token);
        await Eventually.IsTrueAsync(() => node.Pool.Status().Leased == 1, "a scrape is under way", seconds: 60);
        using var second = await node.Http.PostAsJsonAsync("/v1/pdf", new { url = $"{site.Url}/endless" });
        Assert.Equal((HttpStatusCode.TooManyRequests, "1"), (second.StatusCode, second.Headers.RetryAfter?.ToString()));
        Assert.Contains("--max-page-calls", await second.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await node.CreateAsync(); // The other half of the workers stays free for others.
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Eventually.IsTrueAsync(() => node.Pool.Status().Leased == 1, "the one whose client left has ended", seconds: 60);
    }

    private static async Task<(HttpStatusCode Status, long Bytes)> ScrapeAsync(HttpClient http, string url, string format)
    {
        using var reply = await http.PostAsJsonAsync("/v1/scrape", new { url, format = new[] { format } });
        var body = await reply.Content.ReadAsByteArrayAsync();
        Assert.True(reply.StatusCode != HttpStatusCode.InternalServerError, $"{url} as {format} is no error of ours");
        if (reply.IsSuccessStatusCode)
            Assert.NotNull(JsonNode.Parse(body)!["content"]![format]);
        return (reply.StatusCode, body.Length);
    }

    private static long PeakOf(NodeProcess node) =>
        long.Parse(
            File.ReadLines($"/proc/{node.Process.Pid}/status")
                .First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            System.Globalization.CultureInfo.InvariantCulture) * 1024;
}
