namespace Steelyard.Dashboard.Components;

/// <summary>A line of a <see cref="Chart"/>.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Values">The oldest first; null for a gap.</param>
public sealed record ChartLine(string Name, IReadOnlyList<double?> Values);
