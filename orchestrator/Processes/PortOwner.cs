using System.Globalization;

namespace Steelyard.Processes;

/// <summary>Tells whether a listening TCP port belongs to a process we started: a port may be taken by a stranger who answers just as well.</summary>
public static class PortOwner
{
    private const string Listening = "0A";

    /// <summary>True when some process of the group led by <paramref name="groupLeader"/> listens on the port (IPv4 or IPv6).</summary>
    public static bool IsListening(int groupLeader, int port)
    {
        var sockets = ListeningSockets("/proc/net/tcp", port).Concat(ListeningSockets("/proc/net/tcp6", port)).ToHashSet();
        return sockets.Count > 0 && (Holds(groupLeader, sockets) || GroupMembers(groupLeader).Any(pid => Holds(pid, sockets)));
    }

    // Lines of /proc/net/tcp: index, local address:port in hex, remote, state, …, inode as the tenth word.
    private static IEnumerable<string> ListeningSockets(string table, int port)
    {
        if (!File.Exists(table))
            yield break;
        var suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (var line in File.ReadLines(table))
        {
            if (!line.Contains(suffix, StringComparison.Ordinal))
                continue;
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 9 && words[3] == Listening && words[1].EndsWith(suffix, StringComparison.Ordinal))
                yield return $"socket:[{words[9]}]";
        }
    }

    private static bool Holds(int pid, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{pid}/fd").Any(path => new FileInfo(path).LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // Gone, or not ours to look into: either way it is not the process we started.
        }
    }

    private static IEnumerable<int> GroupMembers(int groupLeader) =>
        Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid != 0 && pid != groupLeader && ProcessStat.Read(pid)?.Group == groupLeader);
}
