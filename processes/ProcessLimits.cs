using System.Runtime.InteropServices;

namespace Steelyard.Processes;

/// <summary>Sets kernel limits for a process and everything that it starts afterwards (prlimit(2)).</summary>
public static class ProcessLimits
{
    private const int OfFileSize = 1;
    private const int OfCores = 4;
    private const int OfFiles = 7;

    /// <summary>
    /// Disables core dumps, which would contain the content of pages, and limits the descriptors of each process and the size of each
    /// file that is written. Returns false if the kernel refuses or the process has ended.
    /// </summary>
    /// <param name="pid">A child of this program that has not been reaped.</param>
    /// <param name="files">Number of descriptors for each process; null leaves the limit as it is.</param>
    /// <param name="fileBytes">File size in bytes; null leaves the limit as it is. A process that writes more gets SIGXFSZ.</param>
    public static bool TryApply(int pid, int? files, long? fileBytes) =>
        TrySet(pid, OfCores, 0)
        && (files is not { } most || TrySet(pid, OfFiles, most))
        && (fileBytes is not { } largest || TrySet(pid, OfFileSize, largest));

    /// <summary>How many descriptors this process may have. The runtime has raised the soft limit to the hard limit.</summary>
    public static unsafe long Descriptors
    {
        get
        {
            var limit = stackalloc ulong[2];
            return LibC.Limit(0, OfFiles, null, limit) == 0 ? (long)Math.Min(limit[0], long.MaxValue) : long.MaxValue;
        }
    }

    private static unsafe bool TrySet(int pid, int resource, long most)
    {
        var limit = stackalloc ulong[2] { (ulong)most, (ulong)most };
        if (LibC.Limit(pid, resource, limit, null) == 0)
            return true;

        // The process may already have a lower limit, which only root may raise.
        return Marshal.GetLastPInvokeError() == LibC.NotPermitted && LibC.Limit(pid, resource, null, limit) == 0 && limit[1] <= (ulong)most;
    }
}
