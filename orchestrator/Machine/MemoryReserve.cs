namespace Steelyard.Machine;

/// <summary>Decides whether the machine has enough memory for one more worker, and for those that run. Pure.</summary>
internal static class MemoryReserve
{
    // The machine needs this part for itself, up to a maximum.
    private const int Part = 20;
    private const long Most = 1L << 30;

    // Above this, the kernel frees memory all the time, and one more browser makes all others slower.
    private const int MostStall = 10;

    // The memory is nearly gone when only this part of the reserve is left.
    private const int LastPart = 4;

    /// <summary>
    /// Returns why no worker should be started now; null when there is enough memory. The text does not change with the figures, so that
    /// it is logged once.
    /// </summary>
    /// <param name="available">Bytes that programs can still use.</param>
    /// <param name="total">All bytes of the machine.</param>
    /// <param name="stall">Percent of the last ten seconds in which all programs waited for memory.</param>
    /// <param name="reserve">
    /// Bytes that stay available; null for a twentieth of the machine, at most 1 GiB; 0 to start workers in any case.
    /// </param>
    public static string? WhyNoMore(long available, long total, double stall, long? reserve)
    {
        if (reserve == 0)
            return null;
        var least = Least(total, reserve);
        if (available < least)
            return $"memory is short: less than {least >> 20} MiB are available (--memory-reserve)";
        return stall > MostStall
            ? $"memory is short: programs waited for it in more than {MostStall} % of the last ten seconds. Lower --max-workers"
            : null;
    }

    /// <summary>
    /// Returns true if the machine is about to have no memory left, so that the kernel would soon kill a process of its own choice. Never
    /// true with a reserve of 0.
    /// </summary>
    /// <param name="left">Bytes that programs can still use, and those that are free for swapping.</param>
    /// <param name="total">See <see cref="WhyNoMore"/>.</param>
    /// <param name="reserve">See <see cref="WhyNoMore"/>.</param>
    public static bool IsNearlyGone(long left, long total, long? reserve) => left < Least(total, reserve) / LastPart;

    private static long Least(long total, long? reserve) => reserve ?? Math.Min(total / Part, Most);
}
