using System.Text;
using Steelyard.Worker.Input;

namespace Steelyard.Worker.Files;

/// <summary>A path within a session's folder, as clients write it: with slashes, relative, and never out of it.</summary>
internal static class FilePath
{
    private const int MaxBytes = 1024;
    private const int MaxNameBytes = 255;

    /// <summary>Returns it as it came. Throws <see cref="BadInputException"/>.</summary>
    public static string Check(string path, string field)
    {
        if (path.Length == 0 || Encoding.UTF8.GetByteCount(path) > MaxBytes)
            throw new BadInputException($"{field} must have 1 to {MaxBytes} bytes", field);
        if (path.Any(char.IsControl))
            throw new BadInputException($"{field} must hold no control characters", field);
        foreach (var name in path.Split('/'))
        {
            if (name is "" or "." or ".." || Encoding.UTF8.GetByteCount(name) > MaxNameBytes)
                throw new BadInputException($"{field} must be relative, of names that are not empty, . or .., and not longer than {MaxNameBytes} bytes", field);
        }

        return path;
    }
}
