namespace SteelBrowser.Confinement;

/// <summary>The restrictions of one browser, ready to be applied.</summary>
/// <param name="user">The user to switch to; null for the worker's own.</param>
/// <param name="rules">The rules for files and TCP, disposed of with this object; null when this machine cannot enforce any.</param>
/// <param name="tcpOnly">True to allow no network sockets other than TCP.</param>
internal sealed class ConfinementRules(BrowserUser? user, Landlock? rules, bool tcpOnly) : IDisposable
{
    /// <summary>
    /// Restricts the calling thread, and what it starts, permanently. Returns the name of the call that failed, or null. The order matters:
    /// each step needs rights that the next step removes.
    /// </summary>
    public string? Enter()
    {
        if (user?.EnterThread() is { } failed)
            return failed;
        if (rules is null)
            return null;
        if (Kernel.SetNoNewPrivileges() != 0)
            return "prctl(PR_SET_NO_NEW_PRIVS)";
        if (!rules.TryRestrictThread())
            return "landlock_restrict_self";
        return tcpOnly && !SocketFilter.TryRestrictThread() ? "seccomp" : null;
    }

    public void Dispose() => rules?.Dispose();
}
