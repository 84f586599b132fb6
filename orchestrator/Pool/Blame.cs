namespace Steelyard.Pool;

/// <summary>The cause of a worker's end, or of a failed spawn.</summary>
internal enum Blame
{
    /// <summary>Not a failure: the node ended the worker.</summary>
    None,

    /// <summary>The worker's program.</summary>
    Program,

    /// <summary>The machine, which lacked descriptors, memory, disk space, ports or processors.</summary>
    Machine,
}
