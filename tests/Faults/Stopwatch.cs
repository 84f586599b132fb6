namespace Steelyard.Tests.Faults;

/// <summary>Measures the time since its start.</summary>
internal readonly struct Stopwatch(long started)
{
    public static Stopwatch Start() => new(TimeProvider.System.GetTimestamp());

    public TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(started);
}
