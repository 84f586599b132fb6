using System.Globalization;

namespace Steelyard.Files;

/// <summary>
/// Files that have no name any more and exist because a process has them open. No folder lists them, but they use space.
/// </summary>
internal static class OpenFiles
{
    /// <summary>
    /// The space that nameless files of some processes use on one file system, in bytes. Files that the kernel hides from us count as 0.
    /// Expensive: some tenths of a millisecond per process.
    /// </summary>
    /// <param name="pids">The processes.</param>
    /// <param name="device">The file system: the device of <see cref="FileStatus.Identity"/>.</param>
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
                // The process has ended, or is hidden from us.
            }
        }

        return found.Values.Sum();
    }
}
