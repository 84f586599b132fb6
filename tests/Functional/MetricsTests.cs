using System.Globalization;
using System.Net;

namespace Steelyard.Tests.Functional;

/// <summary>What Prometheus reads.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task A_scrape_tells_the_state_and_counts_from_the_first_one_on()
    {
        await using var node = await NodeProcess.StartAsync();
        await ScrapeAsync(node);
        var id = await node.CreateAsync();
        using (await node.Http.DeleteAsync($"/sessions/{id}"))
        {
        }

        var metrics = await ScrapeAsync(node);
        Assert.Equal(1, Value(metrics, "steelyard_session_ended_total", "reason=\"deleted\""));
        Assert.Equal(1, Value(metrics, "steelyard_session_wait_time_seconds_count"));
        Assert.Equal(1, Value(metrics, "steelyard_session_use_time_seconds_count"));
        Assert.Equal(
            Value(metrics, "steelyard_invariant", "of=\"slots\"", "by=\"list\""),
            Value(metrics, "steelyard_invariant", "of=\"slots\"", "by=\"state\""));
        Assert.Contains("http_server_request_duration_seconds", metrics, StringComparison.Ordinal);
        Assert.Contains("dotnet_gc_collections", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain(id, metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_those_with_a_key_can_read_them()
    {
        await using var node = await TestNode.StartAsync(options => options with { ApiKeys = ["a:ka"], OperatorKeys = ["ops:ko"] });
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(node, null));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(node, "ka"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(node, "ko"));
    }

    [Fact]
    public async Task A_node_that_nobody_scrapes_does_not_load_the_exporter()
    {
        await using var node = await NodeProcess.StartAsync();
        await node.CreateAsync();
        Assert.DoesNotContain("OpenTelemetry", await MapsAsync(node), StringComparison.Ordinal);
        using (var scrape = await node.Http.GetAsync("/metrics"))
            Assert.Equal(HttpStatusCode.OK, scrape.StatusCode);
        Assert.Contains("OpenTelemetry", await MapsAsync(node), StringComparison.Ordinal);
    }

    private static Task<string> MapsAsync(NodeProcess node) =>
        File.ReadAllTextAsync($"/proc/{node.Process.Identity.Pid.ToString(CultureInfo.InvariantCulture)}/maps");

    private static Task<string> ScrapeAsync(NodeProcess node) => node.Http.GetStringAsync("/metrics");

    private static async Task<HttpStatusCode> StatusAsync(TestNode node, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (key is not null)
            request.Headers.Add("x-api-key", key);
        using var response = await node.Http.SendAsync(request);
        return response.StatusCode;
    }

    private static double Value(string metrics, string name, params string[] labels)
    {
        var line = metrics.Split('\n').Single(line =>
            line.StartsWith(name, StringComparison.Ordinal)
            && line[name.Length] is '{' or ' '
            && Array.TrueForAll(labels, label => line.Contains(label, StringComparison.Ordinal)));
        return double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
