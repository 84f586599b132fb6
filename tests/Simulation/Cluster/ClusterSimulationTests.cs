using System.Globalization;

namespace Steelyard.Tests.Simulation.Cluster;

/// <summary>
/// Checks the rule of docs/decisions/0022 under random faults, thousands of times: a 404 is final, and nodes that are well keep their
/// sessions. <c>make simulate OF=Cluster SEEDS=10000 FROM=1</c> runs more seeds. <c>make simulate OF=Cluster SEED=7</c> runs one and prints
/// its history.
/// </summary>
public sealed class ClusterSimulationTests
{
    [Fact]
    public void They_hold_in_every_run()
    {
        if (Read("SEED") is { } single)
        {
            var (world, _) = ClusterSimulation.Run(single);
            foreach (var line in world.History)
                Console.WriteLine(line);
            Assert.Null(world.Violation);
            return;
        }

        var (from, count) = (Read("FROM") ?? 1, Read("SEEDS") ?? 300);
        var events = 0L;
        World? broken = null;
        var started = TimeProvider.System.GetTimestamp();
        Parallel.For(from, from + count, new() { MaxDegreeOfParallelism = Environment.ProcessorCount }, (seed, loop) =>
        {
            var (world, happened) = ClusterSimulation.Run(seed);
            Interlocked.Add(ref events, happened);
            if (world.Violation is null)
                return;
            Interlocked.CompareExchange(ref broken, world, null);
            loop.Stop();
        });
        if (broken is not null)
        {
            Assert.Fail(
                $"seed {broken.Seed}: {broken.Violation}\nreplay it with: make simulate OF=Cluster SEED={broken.Seed}\n" +
                $"{string.Join('\n', broken.History.TakeLast(60))}");
        }

        var minutes = TimeProvider.System.GetElapsedTime(started).TotalMinutes;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"cluster: {count} seeds from {from} on, {events} events, {count / minutes:0} seeds a minute: every invariant held"));
    }

    [Fact]
    public void A_seed_has_one_history()
    {
        for (var seed = 1; seed <= 12; seed++)
            Assert.Equal(ClusterSimulation.Run(seed).World.History, ClusterSimulation.Run(seed).World.History);
    }

    private static int? Read(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
