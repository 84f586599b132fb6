using System.Text;
using SteelBrowser.Input;
using Steelyard.Files;

namespace SteelBrowser.Files;

/// <summary>A path within a session's folder, as clients write it: with slashes, relative, and never out of it.</summary>
internal static class FilePath
{
    private const int MaxBytes = 1024;
    private const int MaxNameBytes = 255;

    /// <summary>Returns it as it came. Throws <see cref="BadInputException"/>.</summary>
    public static string Check(string path, string field) => Trouble(path) is { } trouble ? throw new BadInputException($"{field} {trouble}", field) : path;

    /// <summary>A client can name a file by it.</summary>
    public static bool IsGood(string path) => Trouble(path) is null;

    private static string? Trouble(string path)
    {
        if (path.Length == 0 || Encoding.UTF8.GetByteCount(path) > MaxBytes)
            return $"must have 1 to {MaxBytes} bytes";
        if (path.Any(char.IsControl))
            return "must hold no control characters";
        var names = path.Split('/');
        if (names.Length > FileTree.MaxDepth)
            return $"must have {FileTree.MaxDepth} names at most";
        return names.Any(name => name is "" or "." or ".." || Encoding.UTF8.GetByteCount(name) > MaxNameBytes)
            ? $"must be relative, of names that are not empty, . or .., and not longer than {MaxNameBytes} bytes"
            : null;
    }
}
