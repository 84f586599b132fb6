using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SteelBrowser.DevTools;
using SteelBrowser.Diagnostics;
using Steelyard.Files;
using Steelyard.Processes;

namespace SteelBrowser.Files;

/// <summary>
/// The folder of one browser: its profile, home, downloads and temporary files. All traces of a session are in this folder and are deleted
/// with it. The folder itself belongs to the worker, so the browser cannot replace a subfolder with another one or with a link. Most
/// subfolders belong to the browser.
/// </summary>
internal sealed class Profile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // A browser that runs as another user must be able to reach its folders.
    private static readonly UnixFileMode PassThrough =
        System.Environment.IsPrivilegedProcess ? OwnerOnly | UnixFileMode.OtherExecute : OwnerOnly;

    private const long LeastSharedMemory = 2L * 1024 * 1024 * 1024;
    private const int DeleteTries = 5;
    private static readonly TimeSpan DeletePause = TimeSpan.FromMilliseconds(20);

    private const long MaxLogBytes = 1024 * 1024;
    private const int MaxPortBytes = 256;
    private static readonly FileName PortFile = FileName.Of("DevToolsActivePort");

    private Profile(string path)
    {
        Path = path;
        Log = new(System.IO.Path.Combine(path, "browser.log"), MaxLogBytes);
    }

    public string Path { get; }

    /// <summary>The browser's output: a lot, and only of interest when the browser fails.</summary>
    public CappedLog Log { get; }

    /// <summary>The browser's own data; also its home folder.</summary>
    public string Data => System.IO.Path.Combine(Path, "profile");

    public string Downloads => System.IO.Path.Combine(Path, "downloads");

    public string Temporary => System.IO.Path.Combine(Path, "tmp");

    /// <summary>Holds uploads until they are moved to <see cref="Downloads"/>. The browser does not use this folder.</summary>
    public string Uploads => System.IO.Path.Combine(Path, "uploads");

    /// <summary>The folders that the browser may freely change. They exist before it starts.</summary>
    public IEnumerable<string> BrowserFolders => [Data, Temporary, Downloads];

    /// <summary>The environment variables that keep the browser's files in this folder.</summary>
    public IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?>
    {
        ["TMPDIR"] = Temporary,
        ["HOME"] = Data,
        ["XDG_CACHE_HOME"] = System.IO.Path.Combine(Data, "cache"),
        ["XDG_CONFIG_HOME"] = System.IO.Path.Combine(Data, "config"),
        ["XDG_DATA_HOME"] = System.IO.Path.Combine(Data, "data"),
    };

    /// <summary>
    /// Creates the folder. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> when that fails.
    /// </summary>
    /// <param name="parent">A private folder; null means shared memory if enough of it is free, else the temporary folder.</param>
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

    /// <summary>The port on which the browser serves DevTools; null until the browser has written it to a file.</summary>
    public int? ReadDevToolsPort()
    {
        using var folder = HeldFolder.Open(Data);
        using var file = folder.TryOpenFile(PortFile, out _);
        if (file is null)
            return null;
        var bytes = new byte[MaxPortBytes];
        var text = Encoding.ASCII.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0));
        return text.IndexOf('\n', StringComparison.Ordinal) is > 0 and var end
            && int.TryParse(text.AsSpan(..end), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? port
            : null;
    }

    /// <summary>Deletes the folder. The browser must have exited.</summary>
    public async Task DeleteAsync(TimeProvider time)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                FileTree.Delete(Path);
                return;
            }
            catch (IOException e)
            {
                if (tries == DeleteTries)
                    throw new BrowserLostException($"cannot delete the profile {Path}: {e.Message}");
            }

            await Task.Delay(DeletePause, time);
        }
    }

    private static Profile CreateIn(string parent)
    {
        // The name is random, so nobody can have created this folder before. It is short: a socket's path may have at most 107 bytes.
        var profile = new Profile(System.IO.Path.Combine(parent, "steel-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))));
        Directory.CreateDirectory(profile.Path, PassThrough);
        foreach (var folder in profile.BrowserFolders.Append(profile.Uploads))
            Directory.CreateDirectory(folder, OwnerOnly);
        new FileStream(
            profile.Log.Path,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = OwnerOnly & ~UnixFileMode.UserExecute,
            }).Dispose();
        return profile;
    }
}
