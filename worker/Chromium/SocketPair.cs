using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using SteelBrowser.DevTools;

namespace SteelBrowser.Chromium;

/// <summary>
/// Two connected sockets from socketpair(2). The browser uses one of them as its debugging pipe. Unlike a pipe, a socket can be awaited
/// without a blocked thread.
/// </summary>
internal static unsafe partial class SocketPair
{
    private const int UnixDomain = 1;
    private const int Stream = 1;
    private const int CloseOnExec = 0x80000;

    public static (Socket Ours, SafeHandle Theirs) Create()
    {
        var ends = stackalloc int[2];
        if (Create(UnixDomain, Stream | CloseOnExec, 0, ends) != 0)
            throw new BrowserLostException($"cannot create a socket pair: {Marshal.GetLastPInvokeErrorMessage()}");
        return (new(new SafeSocketHandle(ends[0], ownsHandle: true)), new SafeFileHandle(ends[1], ownsHandle: true));
    }

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    private static partial int Create(int domain, int type, int protocol, int* ends);
}
