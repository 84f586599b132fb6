using System.Globalization;
using System.Net;

namespace Steelyard.Processes;

/// <summary>IP addresses as the kernel writes them in <c>/proc/net/tcp</c> and <c>/proc/net/tcp6</c>.</summary>
internal static class KernelAddress
{
    public static string Hex(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return string.Concat(Enumerable.Range(0, bytes.Length / 4)
            .Select(i => BitConverter.ToUInt32(bytes, i * 4).ToString("X8", CultureInfo.InvariantCulture)));
    }
}
