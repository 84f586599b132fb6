namespace Steelyard.Pool;

/// <summary>Who is to blame that a worker ended, or could not be spawned.</summary>
internal enum Blame
{
    /// <summary>Nobody: we wanted it so.</summary>
    None,

    /// <summary>The worker's program.</summary>
    Program,

    /// <summary>The machine, which was short of descriptors, memory, room or ports.</summary>
    Machine,
}
