namespace SteelBrowser.Confinement;

/// <summary>What one browser is held by, ready to be put in force.</summary>
/// <param name="user">Null for our own.</param>
/// <param name="rules">Owned; null when this machine cannot enforce any.</param>
/// <param name="tcpOnly">It gets no other sockets to the network.</param>
internal sealed class ConfinementRules(BrowserUser? user, Landlock? rules, bool tcpOnly) : IDisposable
{
    /// <summary>
    /// Holds the calling thread and what it starts, for good. Returns the call that failed, or null. The order matters: each step still needs
    /// what the next one takes away.
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
