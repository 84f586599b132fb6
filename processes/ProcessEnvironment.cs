using System.Text;

namespace Steelyard.Processes;

/// <summary>
/// The environment that a process was started with (<c>/proc/PID/environ</c>). Its own user can read it; no other process can change it.
/// </summary>
public static class ProcessEnvironment
{
    private const int MaxBytes = 1 << 20;

    /// <summary>
    /// Returns the value of a variable. Returns null if the variable is not set, the process has ended, or its environment is not
    /// readable. Throws <see cref="IOException"/> when no descriptor is left.
    /// </summary>
    public static string? Read(int pid, string name)
    {
        try
        {
            var bytes = new byte[16 * 1024];
            using var file = new FileStream($"/proc/{pid}/environ", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            var length = 0;
            for (int count; (count = file.Read(bytes.AsSpan(length))) > 0 && length + count < MaxBytes;)
            {
                length += count;
                if (length == bytes.Length)
                    Array.Resize(ref bytes, bytes.Length * 2);
            }

            return Find(bytes.AsSpan(0, length), Encoding.UTF8.GetBytes(name + "="));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && !Shortage.IsIn(e))
        {
            return null;
        }
    }

    private static string? Find(ReadOnlySpan<byte> block, ReadOnlySpan<byte> prefix)
    {
        foreach (var range in block.Split((byte)0))
        {
            if (block[range].StartsWith(prefix))
                return Encoding.UTF8.GetString(block[range][prefix.Length..]);
        }

        return null;
    }
}
