namespace Steelyard.Tests.Unit;

/// <summary>For what processes and sockets do in their own time and tell nobody about; never for what a fake clock decides.</summary>
internal static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static async Task TrueAsync(Func<bool> condition, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
                Assert.Fail($"Not within {Patience.TotalSeconds} s: {what}");
            await Task.Delay(5);
        }
    }

    /// <summary>Awaits it, but not for ever: a test that hangs says nothing.</summary>
    public static Task<T> DoneAsync<T>(Task<T> task) => task.WaitAsync(Patience);

    public static Task DoneAsync(Task task) => task.WaitAsync(Patience);
}
