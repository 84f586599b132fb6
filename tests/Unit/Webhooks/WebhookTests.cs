using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Time.Testing;
using Steelyard.Events;
using Steelyard.Settings;
using Steelyard.Webhooks;

namespace Steelyard.Tests.Unit.Webhooks;

public sealed class WebhookTests : IAsyncDisposable
{
    private static readonly byte[] Secret = "s3cret"u8.ToArray();

    private readonly FakeTimeProvider time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
    private readonly EventRing ring;
    private readonly ConcurrentQueue<(string Body, string? Signature)> received = new();
    private readonly ListLogger<Webhook> log = new();
    private readonly WebApplication receiver;
    private readonly CancellationTokenSource end = new();
    private volatile int status = 200;
    private Task loop = Task.CompletedTask;

    public WebhookTests()
    {
        ring = new(time);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        receiver = builder.Build();
        receiver.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            received.Enqueue((await reader.ReadToEndAsync(), context.Request.Headers[Webhook.Signature]));
            context.Response.StatusCode = status;
        });
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await receiver.DisposeAsync();
        end.Dispose();
    }

    [Fact]
    public async Task Events_come_in_order_and_signed()
    {
        await StartAsync(new());
        ring.Take(new StartsFailed("exit 7"));
        await Until.TrueAsync(() => !received.IsEmpty, "it was posted");
        var (body, signature) = received.Single();
        Assert.Equal("starts.failed", (string?)JsonNode.Parse(body)!["events"]![0]!["type"]);
        var at = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var code = HMACSHA256.HashData(Secret, Encoding.UTF8.GetBytes($"{at}.{body}"));
        Assert.Equal($"t={at},v1={Convert.ToHexStringLower(code)}", signature);
    }

    [Fact]
    public async Task Only_the_chosen_ones_are_posted()
    {
        await StartAsync(new() { WebhookEvents = ["worker.*"] });
        ring.Take(new StartsFailed("exit 7"));
        ring.Take(new WorkerStarted(new("w1", 1, 2)));
        await Until.TrueAsync(() => !received.IsEmpty, "it was posted");
        Assert.Equal(["worker.started"], Types());
    }

    [Fact]
    public async Task One_that_is_not_taken_is_repeated_with_growing_pauses()
    {
        status = 500;
        await StartAsync(new());
        ring.Take(new StartsFailed("exit 7"));
        await Until.TrueAsync(() => received.Count == 1, "it was posted");
        await PassAsync(() => received.Count == 3);
        status = 200;
        await PassAsync(() => received.Count == 4);
        ring.Take(new WorkerStarted(new("w1", 1, 2)));
        await Until.TrueAsync(() => received.Count == 5, "the next one follows");
        Assert.Equal(["starts.failed", "starts.failed", "starts.failed", "starts.failed", "worker.started"], Types());
        Assert.Single(log.Lines, line => line.Contains("it answered 500", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_is_never_taken_is_dropped_and_logged()
    {
        status = 500;
        await StartAsync(new() { WebhookGiveUp = TimeSpan.FromMinutes(1) });
        ring.Take(new StartsFailed("exit 7"));
        await PassAsync(() => log.Lines.Any(line => line.Contains("1 events were not delivered", StringComparison.Ordinal)));
        status = 200;
        ring.Take(new WorkerStarted(new("w1", 1, 2)));
        await Until.TrueAsync(() => Types()[^1] == "worker.started", "the next one is posted");
    }

    private async Task StartAsync(Options options)
    {
        await receiver.StartAsync();
        loop = new Webhook(ring, new(receiver.Urls.First()), Secret, options, time, log).RunAsync(end.Token);
    }

    private List<string?> Types() =>
        [.. received.SelectMany(one => JsonNode.Parse(one.Body)!["events"]!.AsArray()).Select(e => (string?)e!["type"])];

    private Task PassAsync(Func<bool> condition) => Until.TrueAsync(
        () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(500));
            return condition();
        },
        "what is waited for");
}
