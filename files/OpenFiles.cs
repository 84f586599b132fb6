using System.Globalization;

namespace Steelyard.Files;

/// <summary>
/// Files that have lost their name and live on because a process has them open: a folder does not show them, and they take room.
/// </summary>
internal static class OpenFiles
{
    /// <summary>
    /// What the nameless files of some processes take on one file system, in bytes. What the kernel does not show us counts as nothing.
    /// Dear: some tenths of a millisecond for each process.
    /// </summary>
    /// <param name="pids">The processes.</param>
    /// <param name="device">Of <see cref="FileStatus.Identity"/>.</param>
    public static long NamelessBytes(IEnumerable<int> pids, ulong device)
    {
        var found = new Dictionary<ulong, long>();
        foreach (var pid in pids)
        {
            try
            {
                using var descriptors = HeldFolder.TryOpen(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd"));
                foreach (var name in descriptors?.Names() ?? [])
                {
                    if (descriptors!.StatusBehind(name) is { IsFile: true, Links: 0 } status && status.Identity.Device == device)
                        found[status.Identity.Node] = status.Allocated;
                }
            }
            catch (IOException)
            {
                // It has ended, or is hidden from us.
            }
        }

        return found.Values.Sum();
    }
}
