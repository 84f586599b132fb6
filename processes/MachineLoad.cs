using System.Globalization;

namespace Steelyard.Processes;

/// <summary>How busy the machine is, from <c>/proc</c>.</summary>
public static class MachineLoad
{
    /// <summary>
    /// Returns the load as a percentage of all cores (the load average of one minute; over 100 when processes wait for a core), and the
    /// percentage of memory in use.
    /// </summary>
    public static (int Cpu, int Memory) Read()
    {
        var load = double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);
        var (available, total, _) = MachineMemory.Read();
        return ((int)(100 * load / Environment.ProcessorCount), (int)(100 * (1 - ((double)available / total))));
    }
}
