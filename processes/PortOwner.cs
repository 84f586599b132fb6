using System.Globalization;
using System.Net;
using System.Text;

namespace Steelyard.Processes;

/// <summary>
/// Tells whether a listening TCP port belongs to a process that this program started. Another program may have taken the port and may
/// answer as well.
/// </summary>
public static class PortOwner
{
    private const string Listening = "0A";
    private const int BytesAtATime = 600;

    // Listening addresses that a connection to 127.0.0.1 reaches, in the kernel's notation.
    private static readonly string[] Reached =
        [.. new[] { "127.0.0.1", "0.0.0.0", "::", "::ffff:127.0.0.1" }.Select(IPAddress.Parse).Select(KernelAddress.Hex)];

    /// <summary>
    /// Returns true if a connection to this port of 127.0.0.1 reaches <paramref name="groupLeader"/>, a process of the group that it
    /// leads, or one of its descendants. Throws <see cref="IOException"/> when no descriptor is left.
    /// </summary>
    public static bool IsListening(int groupLeader, int port)
    {
        List<Listener> listeners = [.. Listeners("/proc/net/tcp", port), .. Listeners("/proc/net/tcp6", port)];
        if (listeners.Count == 0)
            return false;
        listeners.RemoveAll(listener => Holds(groupLeader, listener));
        if (listeners.Count == 0)
            return true;
        var family = Family(groupLeader);
        return listeners.TrueForAll(listener => family.Exists(pid => Holds(pid, listener)));
    }

    // Words of a line of /proc/net/tcp: index, local address:port in hex, remote address, state, …, user (the eighth word), …, inode
    // (the tenth). Listeners come first. The loop reads a few lines at a time and stops after the listeners: for the lines behind them,
    // the kernel walks through its whole table of connections.
    private static IEnumerable<Listener> Listeners(string table, int port)
    {
        if (!File.Exists(table))
            yield break;
        var suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        using var reader = new StreamReader(
            new FileStream(table, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0), bufferSize: BytesAtATime);
        reader.ReadLine(); // Column names.
        while (reader.ReadLine() is { } line
            && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 9 } words
            && words[3] == Listening)
        {
            if (words[1].EndsWith(suffix, StringComparison.Ordinal) && Reached.Contains(words[1][..^suffix.Length]))
                yield return new($"socket:[{words[9]}]", words[7]);
        }
    }

    private static bool Holds(int pid, Listener listener)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{pid}/fd").Any(path => TargetOf(path) == listener.Socket);
        }
        catch (UnauthorizedAccessException)
        {
            // In a container, root may not inspect the processes of other users, and each browser may run as a separate user. Then the
            // user identifies the process. Our own user does not, because many processes share it.
            return UserOf(pid) is { } user && user == listener.User && user != UserOf(Environment.ProcessId);
        }
        catch (IOException e) when (!Shortage.IsIn(e))
        {
            return false; // The process has ended.
        }
    }

    // Returns null if the descriptor has been closed meanwhile. Throws UnauthorizedAccessException.
    private static string? TargetOf(string descriptor)
    {
        var link = new FileInfo(descriptor);
        if (link.LinkTarget is { } target)
            return target;
        try
        {
            return link.ResolveLinkTarget(returnFinalTarget: false)?.Name;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string? UserOf(int pid)
    {
        Span<byte> buffer = stackalloc byte[ProcFile.Most];
        var status = ProcFile.Read($"/proc/{pid}/status", buffer);
        var start = status.IndexOf("\nUid:\t"u8);
        return start < 0 ? null : Encoding.ASCII.GetString(status[(start + "\nUid:\t".Length)..]).Split('\t')[0];
    }

    private static List<int> Family(int leader)
    {
        var processes = ProcFile.Pids()
            .Select(pid => (Pid: pid, Stat: ProcessStat.Read(pid)))
            .Where(process => process.Stat is not null)
            .ToList();
        var children = processes.ToLookup(process => process.Stat!.Value.Parent, process => process.Pid);
        List<int> family =
        [
            leader,
            .. processes.Where(process => process.Stat!.Value.Group == leader && process.Pid != leader).Select(process => process.Pid),
        ];
        var known = family.ToHashSet();
        for (var i = 0; i < family.Count; i++)
            family.AddRange(children[family[i]].Where(known.Add));
        return family;
    }

    private readonly record struct Listener(string Socket, string User);
}
