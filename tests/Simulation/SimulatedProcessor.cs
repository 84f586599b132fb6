using Steelyard.Processes;

namespace Steelyard.Tests.Simulation;

/// <summary>
/// The processor time of a worker. In bad weather a worker gets none for seconds. That is not the worker's failure, so nothing may be
/// lost because of it.
/// </summary>
internal sealed class SimulatedProcessor(SimulatedMachine machine)
{
    private long from;
    private long until;
    private long before;

    /// <summary>Total time that the worker has waited for a processor.</summary>
    public TimeSpan Waited => TimeSpan.FromTicks(before + Math.Min(machine.World.Clock.Now, until) - from);

    /// <summary>
    /// Returns how long the worker must wait for a processor from now on; zero when it runs. A call to the worker may begin a wait.
    /// </summary>
    public TimeSpan Wait(IProcess worker)
    {
        var now = machine.World.Clock.Now;
        if (now >= until + TimeSpan.TicksPerSecond && machine.World.Happens(machine.Weather.Starve)) // It has answered since the last wait.
        {
            before += until - from;
            (from, until) = (now, now + machine.Between(1, 15).Ticks);
            machine.World.Note($"{worker} gets no processor for {TimeSpan.FromTicks(until - now).TotalSeconds:0.0} s");
        }

        return TimeSpan.FromTicks(Math.Max(0, until - now));
    }
}
