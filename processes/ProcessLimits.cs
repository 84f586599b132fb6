using System.Runtime.InteropServices;

namespace Steelyard.Processes;

/// <summary>What the kernel allows a process and all that it starts from then on (prlimit(2)).</summary>
public static class ProcessLimits
{
    private const int OfFileSize = 1;
    private const int OfCores = 4;
    private const int OfFiles = 7;

    /// <summary>
    /// No core dumps, which would hold what pages hold; so many descriptors for each process, and no larger file written. False when the
    /// kernel refuses, or it is gone.
    /// </summary>
    /// <param name="pid">A child of ours, not reaped yet.</param>
    /// <param name="files">Null leaves them as they are.</param>
    /// <param name="fileBytes">Null leaves it as it is. Who writes beyond it gets SIGXFSZ.</param>
    public static bool TryApply(int pid, int? files, long? fileBytes) =>
        TrySet(pid, OfCores, 0) && (files is not { } most || TrySet(pid, OfFiles, most)) && (fileBytes is not { } largest || TrySet(pid, OfFileSize, largest));

    /// <summary>How many descriptors this process may have: the runtime has raised the soft limit to the hard one.</summary>
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

        // What it has may be less already, and only root may raise it.
        return Marshal.GetLastPInvokeError() == LibC.NotPermitted && LibC.Limit(pid, resource, null, limit) == 0 && limit[1] <= (ulong)most;
    }
}
