using Steelyard.Tests.Faults;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

[assembly: AssemblyFixture(typeof(FaultTable))]

namespace Steelyard.Tests.Faults;

/// <summary>
/// What the fault tests have measured, printed as a table at the end. <c>make faults</c> runs each of them many times; <c>make test</c> once, which shows
/// that the figures can be had, and is no measurement.
/// </summary>
[CollectionDefinition(Alone, DisableParallelization = true)]
public sealed class FaultTable : IDisposable
{
    /// <summary>The collection of tests that run beside no others: neither would measure anything.</summary>
    public const string Alone = "faults";

    private static readonly ConcurrentDictionary<(string Fault, string Figure), ConcurrentBag<double>> Figures = new();

    /// <summary>How often each row is run.</summary>
    public static int Runs { get; } = int.TryParse(Environment.GetEnvironmentVariable("FAULT_RUNS"), CultureInfo.InvariantCulture, out var runs) ? runs : 1;

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
            table.Append(CultureInfo.InvariantCulture, $"| {fault} | {figure} | {sorted[sorted.Count / 2]:0.#} | {sorted[^1]:0.#} | {sorted.Count} |\n");
        }

        Console.WriteLine(table);
    }
}
