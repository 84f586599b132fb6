using Microsoft.Extensions.Time.Testing;

namespace Steelyard.Tests.Unit;

/// <summary>A fake clock whose wall clock can be set while its monotonic clock continues.</summary>
internal sealed class SettableClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private TimeSpan error;

    public void SetWall(TimeSpan by) => error += by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + error;

    public override long GetTimestamp() => base.GetUtcNow().Ticks;
}
