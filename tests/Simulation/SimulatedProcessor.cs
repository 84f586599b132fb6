using Steelyard.Processes;

namespace Steelyard.Tests.Simulation;

/// <summary>
/// What a worker gets of the machine's processors: in bad weather it gets none for seconds. That is no failure of its own: nothing may be
/// lost by it.
/// </summary>
internal sealed class SimulatedProcessor(SimulatedMachine machine)
{
    private long from;
    private long until;
    private long before;

    /// <summary>How long it has been waited for, in all the worker's life.</summary>
    public TimeSpan Waited => TimeSpan.FromTicks(before + Math.Min(machine.World.Clock.Now, until) - from);

    /// <summary>How long the worker must wait for it from now on; zero when it runs. A call to it may be what begins the wait.</summary>
    public TimeSpan Wait(IProcess worker)
    {
        var now = machine.World.Clock.Now;
        if (now >= until + TimeSpan.TicksPerSecond && machine.World.Happens(machine.Weather.Starve)) // It has answered in between.
        {
            before += until - from;
            (from, until) = (now, now + machine.Between(1, 15).Ticks);
            machine.World.Note($"{worker} gets no processor for {TimeSpan.FromTicks(until - now).TotalSeconds:0.0} s");
        }

        return TimeSpan.FromTicks(Math.Max(0, until - now));
    }
}
