using System.Globalization;

namespace Steelyard.Processes;

/// <summary>
/// Reads small files below <c>/proc</c> with few allocations: with hundreds of workers, thousands of files are read every second.
/// </summary>
internal static class ProcFile
{
    /// <summary>Size in bytes of a buffer that is large enough for any of these files.</summary>
    public const int Most = 1024;

    /// <summary>Lists the pids of all processes.</summary>
    public static IEnumerable<int> Pids() => Directory.EnumerateDirectories("/proc")
        .Select(path =>
            int.TryParse(Path.GetFileName(path.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Where(pid => pid > 0);

    /// <summary>
    /// Reads a file into a buffer. Returns an empty span if the process has ended or is not visible to us. Throws
    /// <see cref="IOException"/> when no descriptor is left, which says nothing about the process.
    /// </summary>
    public static ReadOnlySpan<byte> Read(string path, Span<byte> buffer)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return buffer[..RandomAccess.Read(file, buffer, 0)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && !Shortage.IsIn(e))
        {
            return [];
        }
    }

    /// <summary>Parses one word of a space-separated line as a number. Throws <see cref="FormatException"/>.</summary>
    /// <param name="line">The line.</param>
    /// <param name="index">Index of the word, starting at 0.</param>
    public static long Number(ReadOnlySpan<byte> line, int index)
    {
        foreach (var word in line.Split((byte)' '))
        {
            if (index-- == 0)
                return long.Parse(line[word], CultureInfo.InvariantCulture);
        }

        throw new FormatException("A line of /proc is too short");
    }
}
