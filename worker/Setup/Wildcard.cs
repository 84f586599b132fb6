namespace SteelBrowser.Setup;

/// <summary>
/// CDP's URL patterns: <c>*</c> matches any text, <c>?</c> matches one character, and a backslash makes the next character literal.
/// </summary>
internal static class Wildcard
{
    public static bool Matches(string pattern, string text)
    {
        // The last star seen, and where its match in the text currently ends. A mismatch extends that match by one character.
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
