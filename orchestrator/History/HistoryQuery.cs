namespace Steelyard.History;

/// <summary>Which rows are asked for. They come in the order of creation, the newest first.</summary>
/// <param name="Before">Only rows with a lower number.</param>
/// <param name="Limit">How many at most.</param>
public sealed record HistoryQuery(long Before, int Limit)
{
    /// <summary>Only those of this holder; null for everybody's.</summary>
    public string? Holder { get; init; }

    /// <summary>Only those that ended for one of these reasons; null for all.</summary>
    public IReadOnlyList<string>? Reasons { get; init; }

    /// <summary>Only those that have all these labels.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Only those strictly behind this place; null begins at the newest.</summary>
    public HistoryPlace? After { get; init; }
}

/// <summary>A place in the order of creation: of two of the same moment, the one with the lower id comes first.</summary>
/// <param name="Id">As text in lower case.</param>
public sealed record HistoryPlace(DateTimeOffset CreatedAt, string Id);

/// <param name="Count">All rows that match, whatever <see cref="HistoryQuery.After"/> and <see cref="HistoryQuery.Limit"/> say.</param>
public sealed record HistoryPage(IReadOnlyList<HistoryRow> Rows, int Count)
{
    public static readonly HistoryPage Empty = new([], 0);
}
