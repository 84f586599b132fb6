using System.Runtime.InteropServices;

namespace Steelyard.Processes;

/// <summary>A process could not be started. The message contains the path and the reason.</summary>
public sealed class ProcessStartException(string path, string reason) : Exception($"Cannot start {path}: {reason}")
{
    private const int NoEntry = 2;
    private const int NotExecutable = 8;

    // EAGAIN, ENOMEM, ENFILE, EMFILE, ENOSPC, EROFS.
    private static readonly int[] Shortages = [11, 12, 23, 24, 28, 30];

    /// <summary>A resource is exhausted temporarily: descriptors, processes, memory or disk space.</summary>
    public bool IsShortage { get; init; }

    /// <param name="path">The program.</param>
    /// <param name="error">An error number of errno(3).</param>
    public static ProcessStartException Of(string path, int error) =>
        new(path, Reason(path, error)) { IsShortage = Shortages.Contains(error) };

    // For a script, the kernel's error is about the interpreter, and does not name it.
    private static string Reason(string path, int error) => error switch
    {
        NoEntry when Interpreter(path) is { } interpreter => $"its interpreter {interpreter} does not exist: correct its first line",
        NotExecutable => "it is neither a program nor a script: a script begins with #! and the path of its interpreter",
        _ => Marshal.GetPInvokeErrorMessage(error),
    };

    private static string? Interpreter(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault() is ['#', '!', .. var line] ? line.Trim().Split(' ')[0] : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
