namespace Steelyard.History;

/// <summary>
/// Times in the table: whole numbers of 100 ns since 1970. This rounds nothing, and <c>datetime(created_at / 10000000, 'unixepoch')</c>
/// reads them.
/// </summary>
internal static class HistoryTime
{
    public static long Write(DateTimeOffset time) => time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;

    public static DateTimeOffset Read(long time) => DateTimeOffset.UnixEpoch.AddTicks(time);
}
