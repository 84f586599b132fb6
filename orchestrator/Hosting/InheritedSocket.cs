using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Steelyard.Processes;
using Steelyard.Settings;

namespace Steelyard.Hosting;

/// <summary>
/// The listening socket that our parent has opened, by the protocol of systemd's socket activation (sd_listen_fds(3)): descriptor 3. It
/// outlives this process, so clients that connect during a restart wait in the kernel and are not refused.
/// </summary>
internal static class InheritedSocket
{
    private const int FirstDescriptor = 3;

    /// <summary>Whether there is such a socket.</summary>
    public static bool IsThere =>
        Environment.GetEnvironmentVariable(OwnVariables.SocketCount) == "1"
        && (Environment.GetEnvironmentVariable(OwnVariables.SocketPid) is not { Length: > 0 } pid
            || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture));

    /// <summary>
    /// The options with the address of this socket, if there is one: an address that our parent has chosen needs a key as much as one
    /// that we are told.
    /// </summary>
    public static Options Bound(Options options)
    {
        if (!IsThere)
            return options;
        try
        {
            using var socket = new Socket(new SafeSocketHandle(FirstDescriptor, ownsHandle: false));
            return socket.LocalEndPoint is IPEndPoint endpoint ? options with { Bind = endpoint.Address.ToString() } : options;
        }
        catch (SocketException)
        {
            return options; // Not a socket: who takes it says so.
        }
    }

    /// <summary>Takes it; null when there is none. Throws <see cref="SocketException"/> when descriptor 3 is not a socket.</summary>
    public static Socket? Take()
    {
        if (!IsThere)
            return null;
        Descriptors.CloseOnExec(FirstDescriptor); // Otherwise workers would keep the port open after this process.
        return new(new SafeSocketHandle(FirstDescriptor, ownsHandle: true));
    }
}
