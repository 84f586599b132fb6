using System.Globalization;

namespace Steelyard.Processes;

/// <summary>
/// The node's own place in the kernel's tree of control groups (version 2). Each worker gets a separate group below it. The place is
/// usable only if it has the controllers for memory and processes, is writable, and contains no other process: the node does not divide
/// a group that it shares with other programs.
/// </summary>
public sealed class ControlGroups
{
    private const string OwnLeaf = "node";
    private const string Procs = "cgroup.procs";

    private readonly string folder;

    private ControlGroups(string folder) => this.folder = folder;

    /// <summary>
    /// Finds the node's place in the tree and prepares it: moves this process into a leaf group, because a group with subgroups must not
    /// contain processes. Returns null and the reason if the place cannot be used.
    /// </summary>
    public static (ControlGroups? Groups, string? Why) Take() => Take("/", Environment.ProcessId);

    internal static (ControlGroups? Groups, string? Why) Take(string root, int pid)
    {
        try
        {
            if (Mount(root) is not { } mount)
                return (null, "no control groups of version 2 are mounted");
            if (File.ReadLines(Path.Combine(root, "proc/self/cgroup"))
                    .FirstOrDefault(line => line.StartsWith("0::/", StringComparison.Ordinal)) is not { } line)
                return (null, "this process is not in a control group of version 2");
            var folder = Path.Combine(root, (mount + line["0::".Length..]).Trim('/'));
            if (Path.GetFileName(folder) == OwnLeaf)
                folder = Path.GetDirectoryName(folder)!;
            var controllers = File.ReadAllText(Path.Combine(folder, "cgroup.controllers"))
                .Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
            if (((string[])["memory", "pids"]).Except(controllers).FirstOrDefault() is { } missing)
                return (null, $"{folder} has no controller for {missing}");
            if (File.ReadLines(Path.Combine(folder, Procs)).Any(other => other != pid.ToString(CultureInfo.InvariantCulture)))
                return (null, $"{folder} contains other processes: it is not delegated to this node");
            Directory.CreateDirectory(Path.Combine(folder, OwnLeaf));
            File.WriteAllText(Path.Combine(folder, OwnLeaf, Procs), pid.ToString(CultureInfo.InvariantCulture));
            File.WriteAllText(Path.Combine(folder, "cgroup.subtree_control"), "+memory +pids");
            return (new(folder), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"they are not delegated to this node: {e.Message}");
        }
    }

    /// <summary>
    /// Creates a group that contains a process and everything that it starts from now on. Throws <see cref="IOException"/> or
    /// <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    /// <param name="name">Name of the group; must be unique.</param>
    /// <param name="pid">The process.</param>
    /// <param name="memory">Memory limit in bytes; null for no limit.</param>
    /// <param name="threads">Limit for the threads of all processes together; null for no limit.</param>
    public ControlGroup Create(string name, int pid, long? memory, int? threads)
    {
        var group = new ControlGroup(Path.Combine(folder, name));
        Directory.CreateDirectory(group.Folder);
        try
        {
            group.Limit(memory, threads);
            group.Write(Procs, pid);
            return group;
        }
        catch
        {
            group.TryRemove();
            throw;
        }
    }

    /// <summary>Returns the group with this name, or null if it does not exist.</summary>
    public ControlGroup? Find(string name) => Directory.Exists(Path.Combine(folder, name)) ? new(Path.Combine(folder, name)) : null;

    // Words of a mountinfo line: …, mount point (the fifth word), …, "-", type, source, options.
    private static string? Mount(string root) => File.ReadLines(Path.Combine(root, "proc/self/mountinfo"))
        .Select(line => line.Split(' '))
        .FirstOrDefault(words => Array.IndexOf(words, "-") is > 0 and var dash && words.ElementAtOrDefault(dash + 1) == "cgroup2")?[4];
}

/// <summary>The control group of one worker.</summary>
/// <param name="folder">Path of the group in the kernel's tree.</param>
public sealed class ControlGroup(string folder)
{
    internal string Folder => folder;

    /// <summary>The kernel has killed a process of this group because the group exceeded its memory limit.</summary>
    public bool RanOutOfMemory
    {
        get
        {
            try
            {
                return File.ReadLines(Path.Combine(folder, "memory.events"))
                    .Any(line => line.StartsWith("oom_kill ", StringComparison.Ordinal) && line != "oom_kill 0");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>
    /// Sets its limits. An earlier orchestrator has set them already, but a kernel forgets them when somebody takes the controllers away
    /// from the groups, as is needed to restart a unit of an old systemd. Throws <see cref="IOException"/> or
    /// <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    /// <param name="memory">Memory limit in bytes; null for no limit.</param>
    /// <param name="threads">Limit for the threads of all processes together; null for no limit.</param>
    public void Limit(long? memory, int? threads)
    {
        if (memory is { } bytes)
        {
            Write("memory.max", bytes);
            Write("memory.swap.max", 0);
            Write("memory.oom.group", 1);
        }

        if (threads is { } most)
            Write("pids.max", most);
    }

    /// <summary>
    /// Kills all processes of the group in one step, so that no fork escapes (needs Linux 5.14). Returns false if the kernel does not
    /// support it.
    /// </summary>
    public bool TryKill()
    {
        try
        {
            Write("cgroup.kill", 1);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Removes the group. Returns false while it contains a process.</summary>
    public bool TryRemove()
    {
        try
        {
            Directory.Delete(folder);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    internal void Write(string name, long value) =>
        File.WriteAllText(Path.Combine(folder, name), value.ToString(CultureInfo.InvariantCulture));
}
