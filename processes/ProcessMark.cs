using System.Globalization;

namespace Steelyard.Processes;

/// <summary>
/// A number that a process and all its descendants carry. It is the soft limit for file locks (RLIMIT_LOCKS), which Linux stores,
/// inherits and shows, but has not enforced since 2.4.25. A new session, an empty environment, another user or another parent does not
/// change it. A program can change it, but has no reason to.
/// </summary>
public static unsafe class ProcessMark
{
    private const int OfLocks = 10;
    private const int Self = 0;

    // Name of the line in /proc/PID/limits; the soft limit follows it.
    private static ReadOnlySpan<byte> Line => "Max file locks"u8;

    /// <summary>Returns the mark of a process, or null if it has no mark, has ended, or is not visible to us.</summary>
    public static long? Read(int pid)
    {
        var limit = stackalloc ulong[2];
        if (LibC.Limit(pid, OfLocks, null, limit) == 0)
            return limit[0] is > 0 and <= long.MaxValue ? (long)limit[0] : null;

        // Only root may call prlimit for the process of another user, but every user may read the file.
        Span<byte> buffer = stackalloc byte[2 * ProcFile.Most];
        var text = ProcFile.Read($"/proc/{pid}/limits", buffer);
        var at = text.IndexOf(Line);
        if (at < 0)
            return null;
        var rest = text[(at + Line.Length)..].TrimStart((byte)' ');
        return long.TryParse(
                rest[..Math.Max(0, rest.IndexOf((byte)' '))], NumberStyles.None, CultureInfo.InvariantCulture, out var mark) && mark > 0
            ? mark
            : null;
    }

    /// <summary>
    /// Gives this program the mark until the result is disposed, so that a process started meanwhile inherits it. This is the only way
    /// to mark a process before its first instruction. If the hard limit is too low, the started process has no mark.
    /// </summary>
    internal static Carried Carry(long? mark)
    {
        ulong* limit = stackalloc ulong[2];
        if (mark is null || LibC.Limit(Self, OfLocks, null, limit) != 0)
            return default;
        var own = limit[0];
        limit[0] = (ulong)mark;
        return LibC.Limit(Self, OfLocks, limit, null) == 0 ? new(own) : default;
    }

    internal readonly ref struct Carried(ulong? own)
    {
        public void Dispose()
        {
            ulong* limit = stackalloc ulong[2];
            if (own is not { } before || LibC.Limit(Self, OfLocks, null, limit) != 0)
                return;
            limit[0] = before;
            _ = LibC.Limit(Self, OfLocks, limit, null);
        }
    }
}
