namespace Steelyard.Settings;

/// <summary>Finds what somebody may have meant with a misspelt name.</summary>
internal static class NearestName
{
    private const int MostEdits = 3;

    /// <summary>Returns the name that differs least; null when none is close.</summary>
    public static string? Of(string word, IEnumerable<string> names)
    {
        var (name, edits) = names.Select(name => (Name: name, Edits: Edits(word, name))).MinBy(pair => pair.Edits);
        return edits <= Math.Min(MostEdits, word.Length / 2) ? name : null;
    }

    /// <summary>How many letters must be inserted, removed or replaced (Levenshtein distance).</summary>
    internal static int Edits(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
                (corner, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, corner + (from[i - 1] == to[j - 1] ? 0 : 1)));
        }

        return row[^1];
    }
}
