namespace Steelyard.Tests.Functional;

/// <summary>Host names that are not ASCII: a client writes them in Unicode, and a browser requests them in punycode.</summary>
public sealed class WorkerBlockTests
{
    [Theory]
    [InlineData("münchen.localhost", true)]
    [InlineData("xn--mnchen-3ya.localhost", true)]
    [InlineData("MÜNCHEN.localhost", true)]
    [InlineData("munchen.localhost", false)]
    public async Task A_host_is_blocked_however_it_is_written(string host, bool isBlocked)
    {
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync([]);
        await using var pages = await Site.StartAsync(
            new() { ["/"] = $"<script src='http://www.münchen.localhost:{site.Port}/a.js'></script>" });
        await worker.SetUpAsync($$$"""{"block":{"hosts":["{{{host}}}"]}}""");
        using var client = await worker.AttachAsync();
        var page = await client.AttachToPageAsync();
        await client.GoAsync(page, $"{pages.Url}/");
        Assert.Equal(isBlocked ? [] : ["/a.js"], site.Paths);
    }
}
