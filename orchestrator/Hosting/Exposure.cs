using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Hosting;

/// <summary>
/// Finds our own secret files that are in folders where browsers can read. Anyone who drives a browser could open them.
/// </summary>
internal static class Exposure
{
    // The kernel's limit.
    private const int MaxLinks = 40;

    /// <summary>The warnings to print at the start, one sentence each.</summary>
    public static IEnumerable<string> Warnings(Options options, BrowserIsolation isolation)
    {
        // If each browser runs as its own user, it can read only files that all users can read.
        var asOther = isolation.Latest?.User.On == true;
        return from secret in Secrets(options)
               where File.Exists(secret.Path) && (!asOther || IsForAll(Real(secret.Path)))
               from folder in isolation.Latest?.Readable ?? []
               where IsWithin(Real(secret.Path), Real(folder))
               group folder by secret into found
               select $"{found.Key.Path} ({found.Key.What}) can be read by anyone who drives a browser, " +
                   $"because browsers can read {found.First()}: move it, or chmod go-r it";
    }

    /// <summary>Whether a path is this folder or is inside it. Both must be absolute and without links.</summary>
    internal static bool IsWithin(string path, string folder) =>
        path == folder || path.StartsWith(folder.TrimEnd('/') + '/', StringComparison.Ordinal);

    /// <summary>The absolute path, with links resolved in the part that exists.</summary>
    internal static string Real(string path)
    {
        var real = "/";
        foreach (var name in Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, name);
            for (var links = 0; links < MaxLinks && new FileInfo(real).LinkTarget is { } target; links++)
                real = Path.GetFullPath(target, Path.GetDirectoryName(real)!);
        }

        return real;
    }

    private static bool IsForAll(string path)
    {
        for (var folder = Directory.GetParent(path); folder is not null; folder = folder.Parent)
        {
            if ((folder.UnixFileMode & UnixFileMode.OtherExecute) == 0)
                return false;
        }

        return (File.GetUnixFileMode(path) & UnixFileMode.OtherRead) != 0;
    }

    private static IEnumerable<(string Path, string What)> Secrets(Options options)
    {
        yield return (CommandLine.SettingsFile, "settings");
        if (options.ApiKeyFile.Length > 0)
            yield return (options.ApiKeyFile, "--api-key-file");
        yield return (Path.Combine(options.RunDirectory, "secret"), "the secret of --run-dir");
        if (options.DataDirectory is { Length: > 0 } data)
            yield return (Path.Combine(data, "history.db"), "the history in --data-dir");
    }
}
