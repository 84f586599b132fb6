using System.Security.Cryptography;
using Steelyard.Processes;

namespace Steelyard.Worker.Chromium;

/// <summary>
/// The folder of one browser: its profile, its home, its downloads and temporary files. A session's traces are all in here, and go with it.
/// </summary>
internal sealed class Profile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const long LeastSharedMemory = 2L * 1024 * 1024 * 1024;
    private const int DeleteTries = 5;
    private static readonly TimeSpan DeletePause = TimeSpan.FromMilliseconds(20);

    private const long MaxLogBytes = 1024 * 1024;

    private Profile(string path)
    {
        Path = path;
        Log = new(System.IO.Path.Combine(path, "browser.log"), MaxLogBytes);
    }

    public string Path { get; }

    /// <summary>What the browser says: much, and of interest only when it fails.</summary>
    public CappedLog Log { get; }

    public string Downloads => System.IO.Path.Combine(Path, "downloads");

    public string Temporary => System.IO.Path.Combine(Path, "tmp");

    /// <summary>All that exist before the browser starts.</summary>
    public IEnumerable<string> Folders => [Path, Temporary, Downloads];

    /// <summary>The variables that keep the browser's files in here.</summary>
    public IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?>
    {
        ["TMPDIR"] = Temporary,
        ["HOME"] = Path,
        ["XDG_CACHE_HOME"] = System.IO.Path.Combine(Path, "cache"),
        ["XDG_CONFIG_HOME"] = System.IO.Path.Combine(Path, "config"),
        ["XDG_DATA_HOME"] = System.IO.Path.Combine(Path, "data"),
    };

    /// <summary>Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> when the folder cannot be made.</summary>
    /// <param name="parent">A private folder; null chooses memory when there is plenty, else the temporary folder.</param>
    public static Profile Create(string? parent)
    {
        if (parent is not null)
            return CreateIn(parent);
        try
        {
            if (SharedMemory.FreeBytes >= LeastSharedMemory)
                return CreateIn(SharedMemory.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Stderr.Line($"cannot keep profiles in {SharedMemory.Path}: {e.Message}");
        }

        return CreateIn(System.IO.Path.GetTempPath());
    }

    /// <summary>The port on which the browser serves DevTools, once it has written it down.</summary>
    public int? ReadDevToolsPort()
    {
        var file = System.IO.Path.Combine(Path, "DevToolsActivePort");
        return File.Exists(file) && File.ReadLines(file).FirstOrDefault() is { } line && int.TryParse(line, out var port) ? port : null;
    }

    /// <summary>Deletes it; the browser must be dead.</summary>
    public async Task DeleteAsync(TimeProvider time)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                Directory.Delete(Path, recursive: true);
                return;
            }
            catch (DirectoryNotFoundException)
            {
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                if (tries == DeleteTries)
                    throw new BrowserLostException($"cannot delete the profile {Path}: {e.Message}");
            }

            await Task.Delay(DeletePause, time);
        }
    }

    private static Profile CreateIn(string parent)
    {
        // Nobody can have made a folder of this name before us. It is short: sockets in it may have paths of 107 bytes at most.
        var profile = new Profile(System.IO.Path.Combine(parent, "steel-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))));
        foreach (var folder in profile.Folders)
            Directory.CreateDirectory(folder, OwnerOnly);
        return profile;
    }
}
