namespace SteelBrowser.Setup;

/// <summary>CDP's URL patterns: <c>*</c> is any text, <c>?</c> one character, and a backslash takes the meaning of the next.</summary>
internal static class Wildcard
{
    public static bool Matches(string pattern, string text)
    {
        // The last star seen, and where in the text it ends at present: a mismatch lets it grow by one.
        int star = -1, starEnd = 0, p = 0, t = 0;
        while (t < text.Length)
        {
            var escaped = p + 1 < pattern.Length && pattern[p] == '\\';
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                starEnd = t;
            }
            else if (escaped ? pattern[p + 1] == text[t] : p < pattern.Length && (pattern[p] == '?' || pattern[p] == text[t]))
            {
                p += escaped ? 2 : 1;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++starEnd;
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(p).TrimStart('*').IsEmpty;
    }
}
