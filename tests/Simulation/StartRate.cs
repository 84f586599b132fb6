namespace Steelyard.Tests.Simulation;

/// <summary>
/// Counts the worker starts since a worker last proved that the program works. All slots and creates together may begin with a few
/// rounds at once. After that they may make one start per delay, which doubles from 0.4 s.
/// </summary>
internal sealed class StartRate(World world)
{
    // Two rounds of six slots, three delays without news, and in 10 s the delays of 0.4, 0.8, 1.5, 3 and 6 s.
    private const int Most = 20;
    private static readonly long Window = TimeSpan.FromSeconds(10).Ticks;

    private readonly Queue<long> recent = new();

    public void Count()
    {
        recent.Enqueue(world.Clock.Now);
        while (recent.Peek() < world.Clock.Now - Window)
            recent.Dequeue();
        world.Check(recent.Count <= Most, $"I6: {recent.Count} starts within 10 s, and none of these workers has served or stayed ready");
    }

    /// <summary>Resets the count: the program works, or a new orchestrator does not know yet that it fails.</summary>
    public void Reset() => recent.Clear();
}
