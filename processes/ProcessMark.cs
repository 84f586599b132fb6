using System.Globalization;

namespace Steelyard.Processes;

/// <summary>
/// A number that a process and all its descendants carry: the soft limit for file locks (RLIMIT_LOCKS), which Linux keeps, inherits and
/// shows, and has not obeyed since 2.4.25. A new session, an emptied environment, another user or another parent does not change it. A
/// program can, but none has a reason to.
/// </summary>
public static unsafe class ProcessMark
{
    private const int OfLocks = 10;
    private const int Self = 0;

    // The name of its line in /proc/PID/limits, after which the soft limit comes.
    private static ReadOnlySpan<byte> Line => "Max file locks"u8;

    /// <summary>The mark of a process; null when it has none, or is gone, or is hidden from us.</summary>
    public static long? Read(int pid)
    {
        var limit = stackalloc ulong[2];
        if (LibC.Limit(pid, OfLocks, null, limit) == 0)
            return limit[0] is > 0 and <= long.MaxValue ? (long)limit[0] : null;

        // Of another user only root may ask it, but everybody may read it.
        Span<byte> buffer = stackalloc byte[2 * ProcFile.Most];
        var text = ProcFile.Read($"/proc/{pid}/limits", buffer);
        var at = text.IndexOf(Line);
        if (at < 0)
            return null;
        var rest = text[(at + Line.Length)..].TrimStart((byte)' ');
        return long.TryParse(rest[..Math.Max(0, rest.IndexOf((byte)' '))], NumberStyles.None, CultureInfo.InvariantCulture, out var mark) && mark > 0 ? mark : null;
    }

    /// <summary>
    /// Until it is disposed, this program carries the mark itself, and so does what it starts: that is the only way to mark a process
    /// before its first step. Where the limit may not be so high, what is started carries none.
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
