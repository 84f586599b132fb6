using System.Globalization;
using Steelyard.History;
using Steelyard.Http;
using Steelyard.Requests;

namespace Steelyard.Dialects.Steel;

/// <summary>The query of a list of sessions.</summary>
/// <param name="Status">live, released or failed; null for all.</param>
/// <param name="Limit">1 to 100.</param>
/// <param name="Cursor">Id of the last session on the page before: the list continues after it. Null for the first page.</param>
/// <param name="Metadata">Labels that a session must have, given as <c>metadata[name]=value</c>.</param>
/// <param name="After">The same as a place, which another node has found out; null for none.</param>
public sealed record ListQuery(
    string? Status, int Limit, string? Cursor, IReadOnlyDictionary<string, string> Metadata, HistoryPlace? After = null)
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 100;
    private const string MetadataStart = "metadata[";

    /// <summary>Reads a query. Throws <see cref="FieldException"/>.</summary>
    public static ListQuery Parse(IQueryCollection query)
    {
        string? status = query["status"];
        if (status is not (null or "live" or "released" or "failed"))
            throw FieldException.Bad("status", "live, released or failed");
        var limit = DefaultLimit;
        if (query["limit"] is [{ } text]
            && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is > 0 and <= MaxLimit))
            throw FieldException.Bad("limit", $"a whole number from 1 to {MaxLimit}");
        var metadata = query.Where(pair => pair.Key.StartsWith(MetadataStart, StringComparison.Ordinal) && pair.Key.EndsWith(']'))
            .ToDictionary(pair => pair.Key[MetadataStart.Length..^1], pair => pair.Value.ToString());
        if (metadata.Count > CreateParser.MaxLabels)
            throw FieldException.Bad("metadata", $"at most {CreateParser.MaxLabels} labels");
        return new(status, limit, query["cursorId"], metadata, query["after"] is [{ } place] ? HistoryPlace.Parse(place) : null);
    }
}
