using System.Globalization;
using System.Net;

namespace Steelyard.Processes;

/// <summary>Tells which user of this machine is at the other end of a loopback connection.</summary>
public static class SocketUser
{
    private const string Established = "01";

    /// <summary>
    /// The id of the user whose process holds the other end; null when the connection is not of this machine, or the kernel does not list
    /// it. Reads the kernel's whole table of connections: not for a hot path.
    /// </summary>
    /// <param name="remote">The other end.</param>
    /// <param name="local">Our end.</param>
    public static uint? Find(IPEndPoint remote, IPEndPoint local)
    {
        if (!IPAddress.IsLoopback(remote.Address))
            return null;
        return FindIn("/proc/net/tcp", Words(remote, map: false), Words(local, map: false))
            ?? FindIn("/proc/net/tcp6", Words(remote, map: true), Words(local, map: true));
    }

    // Words of a line: index, local address:port, remote address:port, state, …, user (the eighth).
    private static uint? FindIn(string table, string own, string other)
    {
        if (!File.Exists(table))
            return null;
        foreach (var line in File.ReadLines(table))
        {
            if (line.Contains(own, StringComparison.Ordinal)
                && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 7 } words
                && words[1] == own
                && words[2] == other
                && words[3] == Established
                && uint.TryParse(words[7], CultureInfo.InvariantCulture, out var user))
                return user;
        }

        return null;
    }

    private static string Words(IPEndPoint end, bool map)
    {
        var address = map ? end.Address.MapToIPv6() : end.Address.IsIPv4MappedToIPv6 ? end.Address.MapToIPv4() : end.Address;
        return string.Create(CultureInfo.InvariantCulture, $"{KernelAddress.Hex(address)}:{end.Port:X4}");
    }
}
