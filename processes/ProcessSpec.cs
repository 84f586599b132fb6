using System.Runtime.InteropServices;

namespace Steelyard.Processes;

/// <summary>
/// Describes a process to start and what it inherits. It never inherits any other descriptor, because .NET opens all descriptors
/// close-on-exec.
/// </summary>
/// <param name="Path">Path of the executable; <c>PATH</c> is not searched.</param>
/// <param name="Arguments">Arguments, without the program's name.</param>
public sealed record ProcessSpec(string Path, IReadOnlyList<string> Arguments)
{
    /// <summary>Variables that are added to, or replace, those of this program; a null value removes a variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>
    /// File to which stdout and stderr are appended; null inherits those of this program. It is a file instead of a pipe, because a
    /// child that writes to our pipe would fail when this program dies.
    /// </summary>
    public string? LogPath { get; init; }

    /// <summary>
    /// Starts the process in a new session and process group, so that it outlives this program and can be signalled together with its
    /// helpers. When it exits, the rest of its group is killed.
    /// </summary>
    public bool NewSession { get; init; } = true;

    /// <summary>The mark that the process and all its descendants carry; see <see cref="ProcessMark"/>. Null for no mark.</summary>
    public long? Mark { get; init; }

    /// <summary>
    /// Added to the niceness of this program, from 0 to 19: on busy processors, the process and its descendants get a smaller share of the
    /// time. Without privileges they cannot lower it again.
    /// </summary>
    public int Nice { get; init; }

    /// <summary>The first descriptor after stdin, stdout and stderr.</summary>
    public const int FirstInherited = 3;

    /// <summary>Handles that become the descriptors <see cref="FirstInherited"/> and following of the process, in this order.</summary>
    public IReadOnlyList<SafeHandle> InheritedHandles { get; init; } = [];

    /// <summary>
    /// Called immediately before the process is created, on a separate thread that ends afterwards. The process lacks everything that
    /// this function takes from that thread (user, privileges, system calls). Returns the name of the call that failed, with its error
    /// as the last platform error, or null on success.
    /// </summary>
    public Func<string?>? Restrict { get; init; }
}
