namespace Steelyard.Tests.Unit;

/// <summary>Waits for processes and sockets, which give no notification. Do not use it for what a fake clock decides.</summary>
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

    /// <summary>Awaits the task with a time limit, since a test that hangs reports nothing.</summary>
    public static Task<T> DoneAsync<T>(Task<T> task) => task.WaitAsync(Patience);

    public static Task DoneAsync(Task task) => task.WaitAsync(Patience);
}
