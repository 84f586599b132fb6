using System.Runtime.InteropServices;

namespace Steelyard.Processes;

/// <summary>A process could not be started. The message contains the path and the reason.</summary>
public sealed class ProcessStartException(string path, string reason) : Exception($"Cannot start {path}: {reason}")
{
    // EAGAIN, ENOMEM, ENFILE, EMFILE, ENOSPC, EROFS.
    private static readonly int[] Shortages = [11, 12, 23, 24, 28, 30];

    /// <summary>A resource is exhausted temporarily: descriptors, processes, memory or disk space.</summary>
    public bool IsShortage { get; init; }

    /// <param name="path">The program.</param>
    /// <param name="error">An error number of errno(3).</param>
    public static ProcessStartException Of(string path, int error) =>
        new(path, Marshal.GetPInvokeErrorMessage(error)) { IsShortage = Shortages.Contains(error) };
}
