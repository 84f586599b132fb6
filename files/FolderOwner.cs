namespace Steelyard.Files;

/// <summary>Whether a folder can be trusted: where all users may write, another one may have made it before us.</summary>
internal static class FolderOwner
{
    /// <summary>
    /// Why others can change what is in it, for people; null when only we and root can. Throws <see cref="IOException"/>.
    /// </summary>
    public static string? Problem(string path)
    {
        using var folder = HeldFolder.TryOpenOwn(path);
        if (folder is null)
            return "it is not a folder";
        var status = folder.Status;
        if (status.Owner != FileCalls.CurrentUser())
            return $"it belongs to another user (id {status.Owner})";
        return status.IsWritableByAll ? "all users may write into it" : null;
    }
}
