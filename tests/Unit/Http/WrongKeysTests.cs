using System.Net;
using Microsoft.Extensions.Time.Testing;
using Steelyard.Http;

namespace Steelyard.Tests.Unit.Http;

public sealed class WrongKeysTests
{
    private static readonly IPAddress Attacker = IPAddress.Parse("192.0.2.1");

    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task The_first_are_told_at_once_the_next_wait_and_the_rest_are_told_nothing()
    {
        var wrong = new WrongKeys(new() { WrongKeysPerSecond = 10 }, time);
        var answers = Try(wrong, Enumerable.Repeat(Attacker, 1000));
        Assert.Equal(20, await ToldAsync(answers));
        Assert.Equal(WrongKeys.MostWaiting, answers.Count(answer => !answer.IsCompleted));
        time.Advance(WrongKeys.LongestWait);
        await Until.DoneAsync(Task.WhenAll(answers));
        Assert.Equal(30, await ToldAsync(answers));
    }

    [Fact]
    public async Task Another_address_is_not_slowed_and_the_same_one_only_for_a_while()
    {
        var wrong = new WrongKeys(new() { WrongKeysPerSecond = 1 }, time);
        var answers = Try(wrong, Enumerable.Repeat(Attacker, 10));
        Assert.Equal(2, await ToldAsync(answers));
        Assert.Equal(1, await ToldAsync(Try(wrong, [IPAddress.Parse("192.0.2.2")])));
        time.Advance(WrongKeys.LongestWait);
        Assert.False((await Until.DoneAsync(Task.WhenAll(answers)))[^1]);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(1, await ToldAsync(Try(wrong, [Attacker])));
    }

    [Fact]
    public async Task Those_that_wait_are_few_however_many_addresses_there_are()
    {
        var wrong = new WrongKeys(new() { WrongKeysPerSecond = 1 }, time);
        var answers = Try(wrong, Enumerable.Range(0, 1000).SelectMany(number => Enumerable.Repeat(Address(number), 3)));
        Assert.Equal(WrongKeys.MostWaiting, answers.Count(answer => !answer.IsCompleted));
        time.Advance(WrongKeys.LongestWait);
        await Until.DoneAsync(Task.WhenAll(answers));
    }

    [Fact]
    public void They_hold_a_part_of_the_connections_that_a_node_has()
    {
        var wrong = new WrongKeys(new() { WrongKeysPerSecond = 10, MaxConnections = 40 }, time);
        Assert.Equal(10, Try(wrong, Enumerable.Repeat(Attacker, 100)).Count(answer => !answer.IsCompleted));
    }

    [Fact]
    public async Task The_table_is_bounded_and_what_does_not_fit_is_counted_together()
    {
        var wrong = new WrongKeys(new() { WrongKeysPerSecond = 1, WrongKeyAddresses = 100 }, time);
        Assert.Equal(100 + 2, await ToldAsync(Try(wrong, Enumerable.Range(0, 10_000).Select(Address))));
        Assert.Equal(100 + 1, wrong.Count);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await ToldAsync(Try(wrong, [Attacker])));
        Assert.Equal(1, wrong.Count);
    }

    [Fact]
    public async Task An_IPv6_client_is_its_network()
    {
        var wrong = new WrongKeys(new() { WrongKeysPerSecond = 1 }, time);
        Assert.Equal(2, await ToldAsync(Try(wrong, Enumerable.Range(0, 100).Select(number => IPAddress.Parse($"2001:db8::{number:x}")))));
    }

    private static IPAddress Address(int number) => new([10, 0, (byte)(number >> 8), (byte)number]);

    private static List<Task<bool>> Try(WrongKeys wrong, IEnumerable<IPAddress> clients) =>
        [.. clients.Select(client => wrong.SlowAsync(client, default))];

    // Counts the answers so far that say that the key is wrong.
    private static async Task<int> ToldAsync(List<Task<bool>> answers) =>
        (await Task.WhenAll(answers.Where(answer => answer.IsCompleted))).Count(isTold => isTold);
}
