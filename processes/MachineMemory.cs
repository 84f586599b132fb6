using System.Globalization;

namespace Steelyard.Processes;

/// <summary>How much memory the machine has left, from <c>/proc</c>.</summary>
public static class MachineMemory
{
    private const string Pressure = "/proc/pressure/memory";

    /// <summary>
    /// Bytes that programs can still use without swapping, all bytes of the machine, and those that are free for swapping.
    /// </summary>
    public static (long Available, long Total, long FreeSwap) Read()
    {
        var kilobytes = File.ReadLines("/proc/meminfo")
            .Where(line => line.StartsWith("Mem", StringComparison.Ordinal) || line.StartsWith("SwapFree", StringComparison.Ordinal))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(words => words[0], words => long.Parse(words[1], CultureInfo.InvariantCulture));
        return (kilobytes["MemAvailable:"] * 1024, kilobytes["MemTotal:"] * 1024, kilobytes["SwapFree:"] * 1024);
    }

    /// <summary>
    /// The part of the last ten seconds, in percent, in which all programs that wanted to run waited for memory (PSI, "full avg10"); zero
    /// where the kernel does not measure it.
    /// </summary>
    public static double Stall() => File.Exists(Pressure) ? Stall(File.ReadAllText(Pressure)) : 0;

    internal static double Stall(string pressure)
    {
        var full = pressure.Split('\n').FirstOrDefault(line => line.StartsWith("full avg10=", StringComparison.Ordinal));
        return full is null ? 0 : double.Parse(full.Split('=', ' ')[2], CultureInfo.InvariantCulture);
    }
}
