namespace Steelyard.Settings;

/// <summary>All options.</summary>
public static partial class OptionTable
{
    private const int MaxCount = 1_000_000;

    private static readonly TimeSpan LongestHistory = TimeSpan.FromDays(3650);

    /// <summary>In the order in which <c>--help</c> shows them.</summary>
    public static IReadOnlyList<OptionGroup> Groups { get; } =
        [Common, Sessions, Workers, Limits, History, Callers, Requests, Cluster, Node];

    /// <summary>The options of all groups.</summary>
    public static IReadOnlyList<Option> All { get; } = [.. Groups.SelectMany(group => group.Options)];
}

/// <summary>Options that concern the same thing.</summary>
/// <param name="Title">What they concern, for people.</param>
/// <param name="Options">The options.</param>
public sealed record OptionGroup(string Title, IReadOnlyList<Option> Options);
