using System.Globalization;

namespace Steelyard.Processes;

/// <summary>
/// Our place in the kernel's tree of control groups (version 2), in which each worker gets a group of its own. There is none unless the
/// tree has the controllers for memory and processes, we may write here, and nobody else's processes are in it: a place of somebody else
/// is not ours to divide.
/// </summary>
public sealed class ControlGroups
{
    private const string OwnLeaf = "node";
    private const string Procs = "cgroup.procs";

    private readonly string folder;

    private ControlGroups(string folder) => this.folder = folder;

    /// <summary>
    /// Finds our place and takes it: our own process goes into a leaf, since a group that is divided may hold none. Null, and why, if it
    /// cannot be.
    /// </summary>
    public static (ControlGroups? Groups, string? Why) Take() => Take("/", Environment.ProcessId);

    internal static (ControlGroups? Groups, string? Why) Take(string root, int pid)
    {
        try
        {
            if (Mount(root) is not { } mount)
                return (null, "no control groups of version 2 are mounted");
            if (File.ReadLines(Path.Combine(root, "proc/self/cgroup")).FirstOrDefault(line => line.StartsWith("0::/", StringComparison.Ordinal)) is not { } line)
                return (null, "this process is in no control group of version 2");
            var folder = Path.Combine(root, (mount + line["0::".Length..]).Trim('/'));
            if (Path.GetFileName(folder) == OwnLeaf)
                folder = Path.GetDirectoryName(folder)!;
            var controllers = File.ReadAllText(Path.Combine(folder, "cgroup.controllers")).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
            if (((string[])["memory", "pids"]).Except(controllers).FirstOrDefault() is { } missing)
                return (null, $"{folder} has no controller for {missing}");
            if (File.ReadLines(Path.Combine(folder, Procs)).Any(other => other != pid.ToString(CultureInfo.InvariantCulture)))
                return (null, $"{folder} holds other processes than ours: it is not delegated to us");
            Directory.CreateDirectory(Path.Combine(folder, OwnLeaf));
            File.WriteAllText(Path.Combine(folder, OwnLeaf, Procs), pid.ToString(CultureInfo.InvariantCulture));
            File.WriteAllText(Path.Combine(folder, "cgroup.subtree_control"), "+memory +pids");
            return (new(folder), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"they are not delegated to us: {e.Message}");
        }
    }

    /// <summary>
    /// A group for a process and all that it starts from now on. Throws <see cref="IOException"/> or
    /// <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    /// <param name="name">Nobody else's.</param>
    /// <param name="pid">The process.</param>
    /// <param name="memory">Bytes; null for any.</param>
    /// <param name="threads">Of all processes; null for any.</param>
    public ControlGroup Create(string name, int pid, long? memory, int? threads)
    {
        var group = new ControlGroup(Path.Combine(folder, name));
        Directory.CreateDirectory(group.Folder);
        try
        {
            if (memory is { } bytes)
            {
                group.Write("memory.max", bytes);
                group.Write("memory.swap.max", 0);
                group.Write("memory.oom.group", 1);
            }

            if (threads is { } most)
                group.Write("pids.max", most);
            group.Write(Procs, pid);
            return group;
        }
        catch
        {
            group.TryRemove();
            throw;
        }
    }

    /// <summary>A group of this name; null when there is none.</summary>
    public ControlGroup? Find(string name) => Directory.Exists(Path.Combine(folder, name)) ? new(Path.Combine(folder, name)) : null;

    // Words of mountinfo: …, mount point as the fifth, …, "-", type, source, options.
    private static string? Mount(string root) => File.ReadLines(Path.Combine(root, "proc/self/mountinfo"))
        .Select(line => line.Split(' '))
        .FirstOrDefault(words => Array.IndexOf(words, "-") is > 0 and var dash && words.ElementAtOrDefault(dash + 1) == "cgroup2")?[4];
}

/// <summary>The control group of one worker.</summary>
/// <param name="folder">In the kernel's tree.</param>
public sealed class ControlGroup(string folder)
{
    internal string Folder => folder;

    /// <summary>The kernel has killed it because it needed more memory than it may have.</summary>
    public bool RanOutOfMemory
    {
        get
        {
            try
            {
                return File.ReadLines(Path.Combine(folder, "memory.events")).Any(line => line.StartsWith("oom_kill ", StringComparison.Ordinal) && line != "oom_kill 0");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>Kills all that is in it, as one step that no fork escapes (Linux 5.14). False when the kernel cannot.</summary>
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

    /// <summary>Removes it; false while a process is in it.</summary>
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

    internal void Write(string name, long value) => File.WriteAllText(Path.Combine(folder, name), value.ToString(CultureInfo.InvariantCulture));
}
