using System.Globalization;

namespace Steelyard.Processes;

/// <summary>Tells whether a listening TCP port belongs to a process we started: a port may be taken by a stranger who answers just as well.</summary>
public static class PortOwner
{
    private const string Listening = "0A";
    private const int BytesAtATime = 600;

    /// <summary>
    /// True when some process of the group led by <paramref name="groupLeader"/> listens on the port (IPv4 or IPv6). Throws <see cref="IOException"/> when no descriptor is left.
    /// </summary>
    public static bool IsListening(int groupLeader, int port) =>
        Listeners("/proc/net/tcp", port).Concat(Listeners("/proc/net/tcp6", port))
            .Any(socket => Holds(groupLeader, socket) || GroupMembers(groupLeader).Any(pid => Holds(pid, socket)));

    // Lines of /proc/net/tcp: index, local address:port in hex, remote, state, …, inode as the tenth word. Listeners come first. We read a
    // few lines at a time and stop as soon as we can: behind the listeners the kernel walks through its whole table of connections.
    private static IEnumerable<string> Listeners(string table, int port)
    {
        if (!File.Exists(table))
            yield break;
        var suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        using var reader = new StreamReader(new FileStream(table, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0), bufferSize: BytesAtATime);
        reader.ReadLine(); // Names of the columns.
        while (reader.ReadLine() is { } line && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 9 } words && words[3] == Listening)
        {
            if (words[1].EndsWith(suffix, StringComparison.Ordinal))
                yield return $"socket:[{words[9]}]";
        }
    }

    private static bool Holds(int pid, string socket)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{pid}/fd").Any(path => new FileInfo(path).LinkTarget == socket);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && !Shortage.IsIn(e))
        {
            return false; // Gone, or not ours to look into: either way it is not the process we started.
        }
    }

    private static IEnumerable<int> GroupMembers(int groupLeader) =>
        ProcFile.Pids().Where(pid => pid != groupLeader && ProcessStat.Read(pid)?.Group == groupLeader);
}
