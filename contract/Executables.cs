namespace Steelyard.Contract;

/// <summary>Programs that can be executed, and where a shell would look for them.</summary>
internal static class Executables
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public static bool Is(string path) => File.Exists(path) && (File.GetUnixFileMode(path) & AnyExecute) != 0;

    /// <summary>
    /// The program <c>FOLDER/NAME</c> or <c>artifacts/FOLDER/NAME</c> in a folder or one above it; null when there is none. So a published
    /// folder finds its neighbours, and so does a build within the repository.
    /// </summary>
    public static string? FindBeside(string start, string folder, string name)
    {
        for (var above = new DirectoryInfo(start); above is not null; above = above.Parent)
        {
            foreach (var place in new[] { folder, Path.Combine("artifacts", folder) })
            {
                var path = Path.Combine(above.FullName, place, name);
                if (File.Exists(path))
                    return path;
            }
        }

        return null;
    }

    /// <summary>The executable files of this name in the folders of <c>PATH</c>, in its order.</summary>
    public static IEnumerable<string> InSearchPath(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .Where(Is);
}
