using System.Net.Sockets;

namespace Steelyard.Processes;

/// <summary>
/// Tells an error of ours that stems from what this program or its machine has run out of, for which nobody else is to blame.
/// </summary>
public static class Shortage
{
    // EAGAIN, ENOMEM, ENFILE, EMFILE.
    private static readonly int[] Errors = [11, 12, 23, 24];

    /// <summary>Whether this exception, or one that it stems from, says that descriptors, memory or local ports are used up.</summary>
    public static bool IsIn(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is OutOfMemoryException
                or SocketException { SocketErrorCode: SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.AddressNotAvailable }
                || (error is SocketException socket && Errors.Contains(socket.NativeErrorCode))
                || (error.GetType() == typeof(IOException) && Errors.Contains(error.HResult)))
            {
                return true;
            }
        }

        return false;
    }
}
