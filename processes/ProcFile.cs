using System.Globalization;

namespace Steelyard.Processes;

/// <summary>Small files below <c>/proc</c>, read with little garbage: with hundreds of workers, thousands are read every second.</summary>
internal static class ProcFile
{
    /// <summary>Size of a buffer that holds any of them, in bytes.</summary>
    public const int Most = 1024;

    /// <summary>The pids of all processes.</summary>
    public static IEnumerable<int> Pids() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Where(pid => pid > 0);

    /// <summary>
    /// Reads one into a buffer; empty when its process has ended or is hidden from us. Throws <see cref="IOException"/> when no descriptor
    /// is left: that says nothing of the process.
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

    /// <summary>A number of a line of words with a space between each. Throws <see cref="FormatException"/>.</summary>
    /// <param name="line">The line.</param>
    /// <param name="index">Counted from 0.</param>
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
