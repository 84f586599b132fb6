using System.Net.Sockets;

namespace Steelyard.Processes;

/// <summary>
/// Recognizes errors that happen because this program or its machine has run out of a resource. No other party causes them.
/// </summary>
public static class Shortage
{
    // EAGAIN, ENOMEM, ENFILE, EMFILE.
    private static readonly int[] Errors = [11, 12, 23, 24];

    /// <summary>
    /// Returns true if this exception or one of its inner exceptions says that descriptors, memory or local ports are used up.
    /// </summary>
    public static bool IsIn(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is OutOfMemoryException
                or SocketException
                {
                    SocketErrorCode: SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.AddressNotAvailable
                }
                || (error is SocketException socket && Errors.Contains(socket.NativeErrorCode))
                || (error.GetType() == typeof(IOException) && Errors.Contains(error.HResult)))
            {
                return true;
            }
        }

        return false;
    }
}
