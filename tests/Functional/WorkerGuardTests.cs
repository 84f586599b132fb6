using System.Net;

namespace Steelyard.Tests.Functional;

/// <summary>Programs on the same machine may call a worker. Pages may not, regardless of the host name that they use.</summary>
public sealed class WorkerGuardTests
{
    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("LOCALHOST:1", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:99", HttpStatusCode.OK)]
    [InlineData("[::1]:3000", HttpStatusCode.OK)]
    [InlineData("0.0.0.0:3000", HttpStatusCode.Forbidden)]
    [InlineData("[::2]:3000", HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.2", HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1.nip.example:3000", HttpStatusCode.Forbidden)]
    [InlineData("localhost.example", HttpStatusCode.Forbidden)]
    [InlineData("evil.example", HttpStatusCode.Forbidden)]
    public async Task Only_the_names_that_our_own_callers_use_are_let_in(string host, HttpStatusCode status)
    {
        await using var worker = await WorkerProcess.StartAsync("simulated");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/status");
        request.Headers.Host = host;
        using var reply = await worker.Http.SendAsync(request);
        Assert.Equal(status, reply.StatusCode);
        Assert.Equal(status == HttpStatusCode.OK, (await reply.Content.ReadAsStringAsync()).Contains(worker.Id, StringComparison.Ordinal));
    }

    // Browsers send neither Origin nor Sec-Fetch-Site to an http address that they do not treat as their own machine.
    [Fact]
    public async Task A_page_that_goes_to_a_worker_by_another_name_of_its_machine_learns_nothing()
    {
        await using var worker = await WorkerProcess.StartAsync();
        var scraped = await worker.CallAsync("scrape", $$"""{"url":"http://0.0.0.0:{{worker.Http.BaseAddress!.Port}}/status"}""");
        Assert.Equal(403, (int)scraped["metadata"]!["statusCode"]!);
        Assert.DoesNotContain(worker.Id, scraped.ToJsonString(), StringComparison.Ordinal);
    }
}
