using System.Runtime.InteropServices;

namespace Steelyard.Processes;

/// <summary>
/// What to start, and what it gets from us. It never gets any other descriptor of ours: .NET opens all of them close-on-exec.
/// </summary>
/// <param name="Path">Path of the executable; it is not searched for.</param>
/// <param name="Arguments">Arguments, without the program's own name.</param>
public sealed record ProcessSpec(string Path, IReadOnlyList<string> Arguments)
{
    /// <summary>Laid over our own environment; a null value removes the variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>
    /// File to which stdout and stderr are appended; null leaves them ours. A file and no pipe: a child that writes to a pipe of ours
    /// would break when we die.
    /// </summary>
    public string? LogPath { get; init; }

    /// <summary>
    /// Give it a session and process group of its own, so that it outlives us and can be signalled with all its helpers.
    /// When it exits, what is left of its group is killed.
    /// </summary>
    public bool NewSession { get; init; } = true;

    /// <summary>What it and all its descendants carry, whatever they do; see <see cref="ProcessMark"/>. Null for nothing.</summary>
    public long? Mark { get; init; }

    /// <summary>Handles that become its descriptors 3, 4, … in this order.</summary>
    public IReadOnlyList<SafeHandle> InheritedHandles { get; init; } = [];

    /// <summary>
    /// Called right before the process is made, on a thread of its own that ends afterwards: what it takes from that thread alone (user,
    /// rights, system calls), the process never has. It returns the call that failed, with its error as the last one of the platform, or
    /// null.
    /// </summary>
    public Func<string?>? Restrict { get; init; }
}
