using System.Globalization;

namespace Steelyard.Worker.Confinement;

/// <summary>
/// The user a browser runs as when we are root: one of its own for each port, so that no two browsers of a node can reach into each other, and
/// because Chromium's sandbox wants any user but root.
/// </summary>
/// <param name="Id">User and group.</param>
internal sealed record BrowserUser(uint Id)
{
    // The range that neither people, services nor containers get (systemd's "UIDs and GIDs").
    private const uint First = 2_000_000_000;

    // Where only few ids exist, as in many containers: shared, but not root.
    private const uint Nobody = 65534;

    private const UnixFileMode Pass = UnixFileMode.OtherExecute;

    /// <summary>The user for a worker; null when we are not root, and so cannot choose.</summary>
    public static BrowserUser? For(int port)
    {
        if (!Environment.IsPrivilegedProcess)
            return null;
        var own = First + (uint)port;
        return new(Exists(own) ? own : Nobody);
    }

    /// <summary>The folder above a path, or the path itself, that does not let this user through; null when it can get there.</summary>
    public static string? Barrier(string path)
    {
        for (var folder = new DirectoryInfo(path); folder is not null; folder = folder.Parent)
        {
            if (folder.Exists && (folder.UnixFileMode & Pass) == 0)
                return folder.FullName;
        }

        return null;
    }

    /// <summary>Makes the calling thread, and what it starts, this user without any rights of root. Returns the call that failed, or null.</summary>
    public string? EnterThread() =>
        Kernel.DropGroups() != 0 ? "setgroups" : Kernel.SetGroup(Id) != 0 ? "setresgid" : Kernel.SetUser(Id) != 0 ? "setresuid" : null;

    /// <summary>Gives it a folder. Throws <see cref="ConfinementException"/>.</summary>
    public void Own(string path)
    {
        if (Kernel.ChangeOwner(path, Id, Id) != 0)
            throw ConfinementException.Of($"chown of {path}");
    }

    // Lines of uid_map: first id in here, first id outside, how many.
    private static bool Exists(uint id) => File.ReadLines("/proc/self/uid_map")
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => uint.Parse(word, CultureInfo.InvariantCulture)).ToArray())
        .Any(range => id >= range[0] && id - range[0] < range[2]);
}
