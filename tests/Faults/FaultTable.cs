using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Steelyard.Tests.Faults;

[assembly: AssemblyFixture(typeof(FaultTable))]

namespace Steelyard.Tests.Faults;

/// <summary>
/// Collects the figures of the fault tests and prints them as a table at the end. <c>make faults</c> runs each test many times.
/// <c>make test</c> runs each test once, which shows that the figures can be measured, but is not itself a measurement.
/// </summary>
[CollectionDefinition(Alone, DisableParallelization = true)]
public sealed class FaultTable : IDisposable
{
    /// <summary>The collection of tests that run alone: parallel tests would distort each other's figures.</summary>
    public const string Alone = "faults";

    private static readonly ConcurrentDictionary<(string Fault, string Figure), ConcurrentBag<double>> Figures = new();

    /// <summary>Number of runs for each row.</summary>
    public static int Runs { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("FAULT_RUNS"), CultureInfo.InvariantCulture, out var runs) ? runs : 1;

    public static void Add(string fault, string figure, TimeSpan time) => Add(fault, figure + ", ms", time.TotalMilliseconds);

    public static void Add(string fault, string figure, double value) => Figures.GetOrAdd((fault, figure), _ => []).Add(value);

    public void Dispose()
    {
        if (Figures.IsEmpty)
            return;
        var table = new StringBuilder("| fault | figure | median | worst | runs |\n|---|---|---|---|---|\n");
        foreach (var ((fault, figure), values) in Figures.OrderBy(pair => pair.Key))
        {
            var sorted = values.Order().ToList();
            table.Append(
                CultureInfo.InvariantCulture,
                $"| {fault} | {figure} | {sorted[sorted.Count / 2]:0.#} | {sorted[^1]:0.#} | {sorted.Count} |\n");
        }

        Console.WriteLine(table);
    }
}
