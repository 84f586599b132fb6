using System.Net;
using Microsoft.Extensions.Time.Testing;
using Steelyard.Api;

namespace Steelyard.Tests.Unit.Api;

public sealed class WrongKeysTests
{
    private static readonly IPAddress Attacker = IPAddress.Parse("192.0.2.1");

    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task The_first_are_told_at_once_the_next_wait_and_the_rest_are_turned_away()
    {
        var wrong = new WrongKeys(new() { WrongKeysPerSecond = 10 }, time);
        var answers = Enumerable.Range(0, 1000).Select(_ => wrong.SlowAsync(Attacker, default).AsTask()).ToList();
        Assert.Equal(20, answers.Count(answer => answer.IsCompleted && answer.Result));
        Assert.Equal(10, answers.Count(answer => !answer.IsCompleted));
        Assert.Equal(970, answers.Count(answer => answer.IsCompleted && !answer.Result));
        time.Advance(WrongKeys.LongestWait);
        Assert.Equal(30, (await Task.WhenAll(answers)).Count(isTold => isTold));
    }

    [Fact]
    public async Task Another_address_is_not_slowed_and_the_same_one_only_for_a_while()
    {
        var wrong = new WrongKeys(new() { WrongKeysPerSecond = 1 }, time);
        for (var i = 0; i < 10; i++)
            _ = wrong.SlowAsync(Attacker, default);
        Assert.False(await wrong.SlowAsync(Attacker, default));
        Assert.True(wrong.SlowAsync(IPAddress.Parse("192.0.2.2"), default).IsCompleted);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.True(await wrong.SlowAsync(Attacker, default).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Those_that_wait_are_few_however_many_addresses_there_are()
    {
        var wrong = new WrongKeys(new() { WrongKeysPerSecond = 1 }, time);
        var answers = Enumerable.Range(0, 1000)
            .SelectMany(n => Enumerable.Repeat(new IPAddress([10, 0, (byte)(n >> 8), (byte)n]), 3))
            .Select(address => wrong.SlowAsync(address, default).AsTask()).ToList();
        Assert.Equal(WrongKeys.MostWaiting, answers.Count(answer => !answer.IsCompleted));
        time.Advance(WrongKeys.LongestWait);
        await Task.WhenAll(answers);
    }

    [Fact]
    public void They_hold_a_small_part_of_the_connections_that_a_node_has()
    {
        var wrong = new WrongKeys(new() { WrongKeysPerSecond = 10, MaxConnections = 40 }, time);
        var answers = Enumerable.Range(0, 100).Select(_ => wrong.SlowAsync(Attacker, default).AsTask()).ToList();
        Assert.Equal(5, answers.Count(answer => !answer.IsCompleted));
    }

    [Fact]
    public void The_table_is_bounded_and_what_does_not_fit_is_counted_together()
    {
        var wrong = new WrongKeys(new() { WrongKeysPerSecond = 1, WrongKeyAddresses = 100 }, time);
        var told = Enumerable.Range(0, 10_000).Count(n => wrong.SlowAsync(new IPAddress([10, 1, (byte)(n >> 8), (byte)n]), default) is { IsCompleted: true, Result: true });
        Assert.Equal(100 + 2, told);
        Assert.Equal(100 + 1, wrong.Count);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(wrong.SlowAsync(Attacker, default) is { IsCompleted: true, Result: true });
        Assert.Equal(1, wrong.Count);
    }

    [Fact]
    public void An_IPv6_client_is_its_network()
    {
        var wrong = new WrongKeys(new() { WrongKeysPerSecond = 1 }, time);
        var told = Enumerable.Range(0, 100).Count(n => wrong.SlowAsync(IPAddress.Parse($"2001:db8::{n:x}"), default) is { IsCompleted: true, Result: true });
        Assert.Equal(2, told);
    }
}
