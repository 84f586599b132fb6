using SteelBrowser.DevTools;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SteelBrowser.Diagnostics;
using Steelyard.Files;
using Steelyard.Processes;

namespace SteelBrowser.Files;

/// <summary>
/// The folder of one browser: its profile, its home, its downloads and temporary files. A session's traces are all in here, and go with
/// it. The folder itself is ours, so that the browser cannot put others, or links, in the place of those in it; most of these are the
/// browser's.
/// </summary>
internal sealed class Profile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // A browser that has a user of its own must get through to its folders.
    private static readonly UnixFileMode PassThrough = System.Environment.IsPrivilegedProcess ? OwnerOnly | UnixFileMode.OtherExecute : OwnerOnly;

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

    /// <summary>What the browser says: much, and of interest only when it fails.</summary>
    public CappedLog Log { get; }

    /// <summary>The browser's own data, and its home.</summary>
    public string Data => System.IO.Path.Combine(Path, "profile");

    public string Downloads => System.IO.Path.Combine(Path, "downloads");

    public string Temporary => System.IO.Path.Combine(Path, "tmp");

    /// <summary>For files on their way to <see cref="Downloads"/>. The browser has no business there.</summary>
    public string Uploads => System.IO.Path.Combine(Path, "uploads");

    /// <summary>In which the browser does what it likes. They exist before it starts.</summary>
    public IEnumerable<string> BrowserFolders => [Data, Temporary, Downloads];

    /// <summary>The variables that keep the browser's files in here.</summary>
    public IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?>
    {
        ["TMPDIR"] = Temporary,
        ["HOME"] = Data,
        ["XDG_CACHE_HOME"] = System.IO.Path.Combine(Data, "cache"),
        ["XDG_CONFIG_HOME"] = System.IO.Path.Combine(Data, "config"),
        ["XDG_DATA_HOME"] = System.IO.Path.Combine(Data, "data"),
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
        using var folder = HeldFolder.Open(Data);
        using var file = folder.TryOpenFile(PortFile, out _);
        if (file is null)
            return null;
        var bytes = new byte[MaxPortBytes];
        var text = Encoding.ASCII.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0));
        return text.IndexOf('\n', StringComparison.Ordinal) is > 0 and var end && int.TryParse(text.AsSpan(..end), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;
    }

    /// <summary>Deletes it; the browser must be dead.</summary>
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
        // Nobody can have made a folder of this name before us. It is short: sockets in it may have paths of 107 bytes at most.
        var profile = new Profile(System.IO.Path.Combine(parent, "steel-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))));
        Directory.CreateDirectory(profile.Path, PassThrough);
        foreach (var folder in profile.BrowserFolders.Append(profile.Uploads))
            Directory.CreateDirectory(folder, OwnerOnly);
        new FileStream(profile.Log.Path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly & ~UnixFileMode.UserExecute }).Dispose();
        return profile;
    }
}
