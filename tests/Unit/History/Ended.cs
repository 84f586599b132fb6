using Steelyard.History;

namespace Steelyard.Tests.Unit.History;

/// <summary>Rows for tests.</summary>
internal static class Ended
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The row with this number, created and ended that many seconds after <see cref="Start"/>.</summary>
    public static HistoryRow Row(long number) => new(
        number,
        Guid.NewGuid().ToString(),
        Node: 7,
        Holder: null,
        Worker: "w3",
        Start.AddSeconds(number).AddTicks(1),
        Start.AddSeconds(number).AddTicks(3),
        "deleted",
        "by its client",
        Restarts: 0,
        BytesSent: 0,
        BytesReceived: 0,
        TimeSpan.FromSeconds(60),
        MaxAge: null,
        Metadata: null,
        Facts: null,
        Cause: null);
}
