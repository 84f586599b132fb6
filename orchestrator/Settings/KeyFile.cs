namespace Steelyard.Settings;

/// <summary>The file with API keys: one per line, as <c>KEY</c> or <c>NAME:KEY</c>. Empty lines and comments (#) are ignored.</summary>
public static class KeyFile
{
    /// <summary>
    /// Returns the keys; none without a file. Throws <see cref="KeyFileException"/> when the file cannot be read or has a name without a
    /// key.
    /// </summary>
    public static string[] Read(string path)
    {
        try
        {
            string[] keys = path.Length == 0
                ? []
                : [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')];
            return Array.Find(keys, key => key.EndsWith(':')) is { } empty
                ? throw new KeyFileException($"--api-key-file: '{empty}' is a name without a key: write NAME:KEY")
                : keys;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException($"--api-key-file: {e.Message}");
        }
    }
}

/// <summary>The file with keys cannot be used. The message says why.</summary>
public sealed class KeyFileException(string message) : Exception(message);
