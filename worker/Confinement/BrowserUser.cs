namespace SteelBrowser.Confinement;

/// <summary>
/// The user that a browser runs as when the worker is root. Each port has its own user, so that browsers of one node cannot reach into each
/// other. Chromium's sandbox also requires a user other than root.
/// </summary>
/// <param name="Id">Id of the user and of its group.</param>
internal sealed record BrowserUser(uint Id)
{
    // Start of a range that is not given to people, services or containers (systemd's "UIDs and GIDs").
    private const uint First = 2_000_000_000;

    // For machines with few ids, such as many containers: all browsers share this user, but it is not root.
    private const uint Nobody = 65534;

    private const UnixFileMode Pass = UnixFileMode.OtherExecute;

    /// <summary>The user for the worker with this port; null when the worker cannot start a browser as another user.</summary>
    public static BrowserUser? For(int port) => Environment.IsPrivilegedProcess
        ? ((BrowserUser[])[new(First + (uint)port), new(Nobody)]).FirstOrDefault(user => user.IsPossible())
        : null;

    /// <summary>The path, or a folder above it, that other users cannot pass; null when they can reach the path.</summary>
    public static string? Barrier(string path)
    {
        for (var folder = new DirectoryInfo(path); folder is not null; folder = folder.Parent)
        {
            if (folder.Exists && (folder.UnixFileMode & Pass) == 0)
                return folder.FullName;
        }

        return null;
    }

    /// <summary>
    /// Switches the calling thread, and what it starts, to this user, without any rights of root. Returns the name of the call that failed,
    /// or null.
    /// </summary>
    public string? EnterThread() =>
        Kernel.DropGroups() != 0 ? "setgroups" : Kernel.SetGroup(Id) != 0 ? "setresgid" : Kernel.SetUser(Id) != 0 ? "setresuid"
        : Kernel.StayVisible() != 0 ? "prctl(PR_SET_DUMPABLE)" : null;

    /// <summary>Makes this user the owner of a file or folder. Throws <see cref="ConfinementException"/>.</summary>
    public void Own(string path)
    {
        if (Kernel.ChangeOwner(path, Id, Id) != 0)
            throw ConfinementException.Of($"chown of {path}");
    }

    // Root in a container may lack the right to switch, or the id may not exist there. Only a try can tell. It needs its own thread,
    // because a thread cannot take back the rights that it gives up.
    private bool IsPossible()
    {
        var failed = true;
        var thread = new Thread(() => failed = EnterThread() is not null);
        thread.Start();
        thread.Join();
        return !failed;
    }
}
