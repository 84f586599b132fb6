namespace SteelBrowser.Confinement;

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

    /// <summary>The user for a worker; null when we cannot give it another than ours.</summary>
    public static BrowserUser? For(int port) => Environment.IsPrivilegedProcess
        ? ((BrowserUser[])[new(First + (uint)port), new(Nobody)]).FirstOrDefault(user => user.IsPossible())
        : null;

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
        Kernel.DropGroups() != 0 ? "setgroups" : Kernel.SetGroup(Id) != 0 ? "setresgid" : Kernel.SetUser(Id) != 0 ? "setresuid"
        : Kernel.StayVisible() != 0 ? "prctl(PR_SET_DUMPABLE)" : null;

    /// <summary>Gives it a folder. Throws <see cref="ConfinementException"/>.</summary>
    public void Own(string path)
    {
        if (Kernel.ChangeOwner(path, Id, Id) != 0)
            throw ConfinementException.Of($"chown of {path}");
    }

    // Root in a container may lack the right, or the id. Only a try tells; what the thread gives up ends with it.
    private bool IsPossible()
    {
        var failed = true;
        var thread = new Thread(() => failed = EnterThread() is not null);
        thread.Start();
        thread.Join();
        return !failed;
    }
}
