using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Hosting;

/// <summary>
/// Files of ours that are no business of a session's, and lie where its browser may read: whoever drives it could open them.
/// </summary>
internal static class Exposure
{
    // As the kernel has it.
    private const int MaxLinks = 40;

    /// <summary>What a start should say about it, a sentence each.</summary>
    public static IEnumerable<string> Warnings(Options options, BrowserIsolation isolation)
    {
        // Where each browser has a user of its own, what is for nobody else is not for it.
        var asOther = isolation.Latest?.User.On == true;
        return from secret in Secrets(options)
               where File.Exists(secret.Path) && (!asOther || IsForAll(Real(secret.Path)))
               from folder in isolation.Readable
               where IsWithin(Real(secret.Path), Real(folder))
               group folder by secret into found
               select $"{found.Key.Path} ({found.Key.What}) can be read by whoever drives a browser, since browsers may read {found.First()}: move it, or chmod go-r it";
    }

    /// <summary>A path is a folder, or lies in it. Both are absolute, without links.</summary>
    internal static bool IsWithin(string path, string folder) => path == folder || path.StartsWith(folder.TrimEnd('/') + '/', StringComparison.Ordinal);

    /// <summary>An absolute path without links in it, as far as it exists.</summary>
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
