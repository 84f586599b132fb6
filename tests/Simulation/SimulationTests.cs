using System.Globalization;
using Steelyard.History;

namespace Steelyard.Tests.Simulation;

/// <summary>
/// Checks the invariants of docs/architecture.md under random faults, thousands of times. <c>make simulate SEEDS=10000 FROM=1</c> runs
/// more seeds. <c>make simulate SEED=7</c> runs one seed and prints its history.
/// </summary>
public sealed class SimulationTests
{
    [Fact]
    public void They_hold_in_every_run()
    {
        if (Read("SEED") is { } single)
        {
            var world = Simulation.Run(single);
            foreach (var line in world.History)
                Console.WriteLine(line);
            Assert.Null(world.Violation);
            return;
        }

        var (from, count) = (Read("FROM") ?? 1, Read("SEEDS") ?? 300);
        var (events, runs) = (0L, 0);
        World? broken = null;
        var started = TimeProvider.System.GetTimestamp();

        // Without a limit the thread pool adds threads as long as it runs, and each thread holds a half-finished run.
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(from, from + count, parallel, (seed, loop) =>
        {
            var world = Simulation.Run(seed);
            Interlocked.Add(ref events, world.Events);
            Interlocked.Increment(ref runs);
            if (world.Violation is null)
                return;
            Interlocked.CompareExchange(ref broken, world, null);
            loop.Stop();
        });
        if (broken is not null)
        {
            Assert.Fail(
                $"seed {broken.Seed}: {broken.Violation}\n" +
                $"of {runs} seeds that were run; replay it with: make simulate SEED={broken.Seed}\n" +
                $"{string.Join('\n', broken.History.TakeLast(60))}");
        }

        var minutes = TimeProvider.System.GetElapsedTime(started).TotalMinutes;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"simulation: {count} seeds from {from} on, {events} events, {count / minutes:0} seeds a minute: every invariant held"));
    }

    [Fact]
    public void A_seed_has_one_history()
    {
        for (var seed = 1; seed <= 12; seed++)
            Assert.Equal(Simulation.Run(seed).History, Simulation.Run(seed).History);
    }

    private static int? Read(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
