using System.Text.Json.Nodes;
using Steelyard.Settings;

namespace Steelyard.Tests.Simulation;

/// <summary>
/// A client that creates, uses, and deletes or forgets sessions, over and over. It knows which answers are possible: an answer that
/// cannot be true is a broken invariant.
/// </summary>
internal sealed class SimulatedClient(World world, SimulatedMachine machine, Func<SimulatedNode> node, Options options, int number)
{
    private readonly TimeProvider time = new VirtualTime(world.Clock, new(world));
    private readonly TimeSpan longestCreate = options.QueueTimeout + (4 * options.WorkerTimeout);
    private readonly TimeSpan longestCall = 6 * options.WorkerTimeout;
    private string tag = "";
    private string id = "";
    private long createdAt;
    private long usedAtLeastUntil;
    private long usedAtMostUntil;
    private bool mayHaveBeenOpen;
    private bool deleteSent;
    private bool hasEnded;

    /// <summary>The client's creates, each with the time of its request in ticks.</summary>
    public List<(string Tag, long At)> Asked { get; } = [];

    public async Task RunAsync(int rounds)
    {
        for (var round = 1; round <= rounds; round++)
        {
            await Task.Delay(machine.Between(0, 5), time);
            tag = $"c{number}r{round}";
            if (!await TryCreateAsync())
                continue;
            for (var uses = world.Random.Next(6); uses > 0 && !hasEnded; uses--)
            {
                await PauseAsync();
                await GetAsync();
                if (world.Happens(0.2) && !hasEnded)
                    await HoldAsync();
            }

            // This activity may still be open when the session has ended and the worker has another session.
            if (world.Happens(0.1))
                _ = node().HoldAsync(id, machine.Between(0, 70));

            if (world.Happens(0.7))
            {
                await DeleteAsync();
                await GetAsync();
            }
        }
    }

    // Mostly a short pause; sometimes just before the end of the session, just after it, or long after it.
    private Task PauseAsync()
    {
        var left = TimeSpan.FromTicks(usedAtLeastUntil - world.Clock.Now) + options.SessionTtl;
        var pause = world.Random.Next(6) switch
        {
            0 => left - machine.Between(0.0000001, 0.3),
            1 => left + machine.Between(0, 0.3),
            2 => machine.Between(0, 80),
            _ => machine.Between(0, 3),
        };
        return Task.Delay(pause > TimeSpan.Zero ? pause : TimeSpan.Zero, time);
    }

    private async Task<bool> TryCreateAsync()
    {
        var left = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        if (world.Happens(0.1))
            left.CancelAfter(machine.Between(0, 0.5));
        else if (world.Happens(0.05)) // At the moment in which the create may be served.
            machine.WhenOneIsFree(left.Cancel);
        var started = world.Clock.Now;
        var isRefused = world.Happens(0.05);
        Asked.Add((tag, started));
        var reply = await SendAsync("POST", null, $"{{\"tag\":\"{tag}\"{(isRefused ? ",\"refuse\":1" : "")}}}", longestCreate, left.Token);
        if (reply is not { Status: 201 } || left.IsCancellationRequested)
        {
            world.Check(
                reply is null or { Status: 201 or 503 } || (isRefused && reply.Status == 400) || left.IsCancellationRequested,
                $"I7: the create of {tag} was answered {reply?.Status}: {reply?.Body}");
            return false;
        }

        var body = JsonNode.Parse(reply.Body)!;
        world.Check((string?)body["tag"] == tag, $"I4: the create of {tag} was answered with {reply.Body}");
        id = (string)body["id"]!;
        createdAt = usedAtLeastUntil = usedAtMostUntil = world.Clock.Now;
        mayHaveBeenOpen = deleteSent = hasEnded = false;
        return true;
    }

    private async Task GetAsync()
    {
        var started = world.Clock.Now;
        var reply = await SendAsync("GET", id, "", longestCall, default);

        // An activity that was open when an orchestrator died counts as use until its successor started.
        if (mayHaveBeenOpen && reply is not null)
            usedAtMostUntil = Math.Max(usedAtMostUntil, node().StartedAt);
        mayHaveBeenOpen |= reply is null;
        switch (reply?.Status)
        {
            case null:
                usedAtMostUntil = world.Clock.Now;
                break;
            case 200:
                world.Check(createdAt >= machine.BootedAt, $"I5: {tag} has outlived the boot in which its times were taken");
                world.Check(!hasEnded, $"I3: {tag} is there again after its end");
                world.Check((string?)JsonNode.Parse(reply.Body)!["tag"] == tag, $"I4: a get of {tag} was answered with {reply.Body}");
                world.Check(
                    started < usedAtMostUntil + options.SessionTtl.Ticks,
                    $"I5: {tag} is there although it was idle for {Idle(usedAtMostUntil, started)} s");
                (usedAtLeastUntil, usedAtMostUntil) = (world.Clock.Now, world.Clock.Now);
                break;
            case 404:
                CheckEnd(reply);
                hasEnded = true;
                break;
            default:
                var isOurShortage = reply is { Status: 503, HasRetryAfter: true }
                    && (reply.Body.Contains("descriptors", StringComparison.Ordinal)
                        || reply.Body.Contains("processor", StringComparison.Ordinal)
                        || reply.Body.Contains("node did not run", StringComparison.Ordinal));
                world.Check(
                    isOurShortage || (reply is { Status: 503, HasRetryAfter: true } or { Status: 502 } && machine.MayBeLost(tag)),
                    $"I7: a get of {tag}, whose worker has not failed, was answered {reply!.Status}: {reply.Body}");
                usedAtMostUntil = world.Clock.Now;
                break;
        }
    }

    // Holds an activity open, as a client attached to the browser does.
    private async Task HoldAsync()
    {
        if (node().IsDead)
            return;
        var during = machine.Between(0, 90);
        world.Note($"{tag}: is held for {during.TotalSeconds:0.0} s");
        var wasHeld = await node().HoldAsync(id, during);
        world.Note($"{tag}: is held no longer");
        mayHaveBeenOpen |= wasHeld is null;
        if (wasHeld != false)
            usedAtLeastUntil = usedAtMostUntil = world.Clock.Now;
    }

    private void CheckEnd(ClientReply reply)
    {
        var reason = (string?)JsonNode.Parse(reply.Body)!["reason"];
        var mayHaveExpired = world.Clock.Now >= usedAtLeastUntil + options.SessionTtl.Ticks;
        var isTrue = deleteSent || hasEnded || reason switch
        {
            "expired" => mayHaveExpired,
            "worker_lost" => machine.MayBeLost(tag),
            // The tombstone was lost with an orchestrator.
            "not_found" => world.ToldGone.Contains(id) && (mayHaveExpired || machine.MayBeLost(tag)),
            _ => false,
        };
        world.Check(
            isTrue,
            $"I2: {tag} is gone ({reason}) although it was idle for {Idle(usedAtLeastUntil, world.Clock.Now)} s only " +
            $"and its worker {(machine.MayBeLost(tag) ? "failed" : "did not fail")}");
    }

    private async Task DeleteAsync()
    {
        var wasThere = !hasEnded && world.Clock.Now < usedAtLeastUntil + options.SessionTtl.Ticks;
        deleteSent = true;
        var reply = await SendAsync("DELETE", id, "", longestCall, default);
        world.Check(reply is null or { Status: 204 or 404 }, $"I7: the delete of {tag} was answered {reply?.Status}: {reply?.Body}");
        if (reply is { Status: 404 })
            world.Check(!wasThere || machine.MayBeLost(tag), $"I2: {tag} was gone before it was deleted");
        if (reply is not null)
            hasEnded = true;
    }

    private async Task<ClientReply?> SendAsync(string method, string? target, string body, TimeSpan longest, CancellationToken left)
    {
        var started = world.Clock.Now;
        world.Note($"{tag}: {method} {target}");
        var answer = node().SendAsync(method, target, body, left);
        await Task.WhenAny(answer, Task.Delay(longest, time, CancellationToken.None));
        world.Check(answer.IsCompleted, $"I7: {method} of {tag} had no answer after {longest.TotalSeconds} s");
        if (!answer.IsCompleted)
            return null;
        var reply = await answer;
        var status = reply?.Status.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "by nobody: the orchestrator died";
        world.Note($"{tag}: {method} {target} answered {status} after {Idle(started, world.Clock.Now)} s");
        world.Check(reply is not { Status: 500 }, $"I7: {method} of {tag} was answered 500: {reply?.Body}");
        world.Check(reply is not { Status: 503, HasRetryAfter: false }, $"I7: {method} of {tag} was answered 503 without Retry-After");
        return reply;
    }

    private static string Idle(long from, long to) =>
        TimeSpan.FromTicks(to - from).TotalSeconds.ToString("0.0000", System.Globalization.CultureInfo.InvariantCulture);
}
