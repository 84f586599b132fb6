using System.Globalization;

namespace Steelyard.History;

/// <summary>Selects rows. They are returned in the order of creation, the newest first.</summary>
/// <param name="Before">Only rows with a lower number.</param>
/// <param name="Limit">Largest number of rows.</param>
public sealed record HistoryQuery(long Before, int Limit)
{
    /// <summary>Only rows of this holder; null for all holders.</summary>
    public string? Holder { get; init; }

    /// <summary>Only rows that ended for one of these reasons; null for all reasons.</summary>
    public IReadOnlyList<string>? Reasons { get; init; }

    /// <summary>Only rows that have all these labels; null or empty for all rows.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Only rows strictly after this place; null starts at the newest row.</summary>
    public HistoryPlace? After { get; init; }
}

/// <summary>A place in the order of creation. Of two rows created at the same time, the row with the lower id comes first.</summary>
/// <param name="Id">The session id as text in lower case.</param>
public sealed record HistoryPlace(DateTimeOffset CreatedAt, string Id)
{
    /// <summary>Reads what <see cref="ToString"/> writes; null for anything else.</summary>
    public static HistoryPlace? Parse(string text) =>
        text.Split('_') is [var ticks, var id]
        && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
        && at <= DateTimeOffset.MaxValue.UtcTicks
            ? new(new(at, TimeSpan.Zero), id)
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{CreatedAt.UtcTicks}_{Id}");
}

/// <param name="Count">Number of all rows that match, regardless of <see cref="HistoryQuery.After"/> and
/// <see cref="HistoryQuery.Limit"/>.</param>
public sealed record HistoryPage(IReadOnlyList<HistoryRow> Rows, int Count)
{
    public static readonly HistoryPage Empty = new([], 0);
}
