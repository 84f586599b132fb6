using Microsoft.Win32.SafeHandles;

namespace Steelyard.Dashboard;

/// <summary>Tells when the node has ended, in whatever way: it holds the other end of a pipe.</summary>
internal static class NodeLife
{
    private const int Descriptor = 3;

    /// <summary>Completes when the node has ended.</summary>
    public static Task EndedAsync() => Task.Run(() =>
    {
        using var pipe = new FileStream(new SafeFileHandle(Descriptor, ownsHandle: true), FileAccess.Read, bufferSize: 0);
        while (pipe.ReadByte() >= 0)
        {
            // The node writes nothing.
        }
    });
}
