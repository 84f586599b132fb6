using System.Text;
using Steelyard.Contract.Input;
using Steelyard.Files;

namespace SteelBrowser.Files;

/// <summary>A path in a session's folder, as clients write it: relative, with slashes, and never out of the folder.</summary>
internal static class FilePath
{
    private const int MaxBytes = 1024;
    private const int MaxNameBytes = 255;

    /// <summary>Returns the path unchanged. Throws <see cref="BadInputException"/> when it is not valid.</summary>
    public static string Check(string path, string field) =>
        Trouble(path) is { } trouble ? throw new BadInputException($"{field} {trouble}", field) : path;

    /// <summary>True if a client can name a file by this path.</summary>
    public static bool IsGood(string path) => Trouble(path) is null;

    private static string? Trouble(string path)
    {
        if (path.Length == 0 || Encoding.UTF8.GetByteCount(path) > MaxBytes)
            return $"must be 1 to {MaxBytes} bytes long";
        if (path.Any(char.IsControl))
            return "must not contain control characters";
        var names = path.Split('/');
        if (names.Length > FileTree.MaxDepth)
            return $"must have at most {FileTree.MaxDepth} names";
        return names.Any(name => name is "" or "." or ".." || Encoding.UTF8.GetByteCount(name) > MaxNameBytes)
            ? $"must be a relative path, in which no name is empty, . or .., or longer than {MaxNameBytes} bytes"
            : null;
    }
}
