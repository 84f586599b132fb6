namespace Steelyard.Tests.Functional;

/// <summary>Waits for conditions outside the test that are not announced by any event.</summary>
internal static class Eventually
{
    public static Task IsTrueAsync(Func<bool> condition, string what, double seconds = 15) =>
        IsTrueAsync(() => Task.FromResult(condition()), what, seconds);

    public static async Task IsTrueAsync(Func<Task<bool>> condition, string what, double seconds = 15)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started).TotalSeconds > seconds)
                Assert.Fail($"Not within {seconds} s: {what}");
            await Task.Delay(10);
        }
    }
}
