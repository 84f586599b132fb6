using System.Runtime.InteropServices;

namespace Steelyard.Processes;

/// <summary>A process could not be started; the message says which and why.</summary>
public sealed class ProcessStartException(string path, string reason) : Exception($"Cannot start {path}: {reason}")
{
    // EAGAIN, ENOMEM, ENFILE, EMFILE, ENOSPC, EROFS.
    private static readonly int[] Shortages = [11, 12, 23, 24, 28, 30];

    /// <summary>Something is used up that will be there again: descriptors, processes, memory, room.</summary>
    public bool IsShortage { get; init; }

    /// <param name="path">The program.</param>
    /// <param name="error">What errno(3) says.</param>
    public static ProcessStartException Of(string path, int error) => new(path, Marshal.GetPInvokeErrorMessage(error)) { IsShortage = Shortages.Contains(error) };
}
