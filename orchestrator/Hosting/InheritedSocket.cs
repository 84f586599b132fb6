using Steelyard.Settings;
using System.Globalization;
using System.Net.Sockets;
using Steelyard.Processes;

namespace Steelyard.Hosting;

/// <summary>
/// The listening socket that whoever started us has opened, by the protocol of systemd's socket activation (sd_listen_fds(3)): descriptor 3. It outlives
/// us, so clients that come while we are being restarted wait in the kernel instead of being refused.
/// </summary>
internal static class InheritedSocket
{
    private const int FirstDescriptor = 3;

    /// <summary>Whether there is one.</summary>
    public static bool IsThere =>
        Environment.GetEnvironmentVariable(OwnVariables.SocketCount) == "1"
        && (Environment.GetEnvironmentVariable(OwnVariables.SocketPid) is not { Length: > 0 } pid || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture));

    /// <summary>Takes it; null when there is none. Throws <see cref="SocketException"/> when descriptor 3 is no socket.</summary>
    public static Socket? Take()
    {
        if (!IsThere)
            return null;
        Descriptors.CloseOnExec(FirstDescriptor); // Workers would keep the port open after our end.
        return new(new SafeSocketHandle(FirstDescriptor, ownsHandle: true));
    }
}
