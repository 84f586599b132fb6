using Steelyard.Machine;
using Steelyard.Processes;
using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Hosting;

/// <summary>The defaults of options that depend on the machine and on the kind of worker. In <see cref="Options"/> they are 0.</summary>
internal static class MachineDefaults
{
    /// <summary>Sets the options that are not set, and lowers those that the machine cannot hold.</summary>
    /// <returns>The options, and a note on descriptors for the banner; null for none.</returns>
    public static (Options Options, string? Descriptors) Apply(Options options, WorkerKind kind)
    {
        if (options.MaxWorkers == 0)
        {
            options = options with
            {
                MaxWorkers = Math.Min(MemoryBudget.Workers(kind), options.LastWorkerPort - options.FirstWorkerPort + 1),
            };
        }

        if (options.StartConcurrency == 0)
            options = options with { StartConcurrency = StartConcurrency(kind) };
        (options, var descriptors) = DescriptorBudget.Apply(options, ProcessLimits.Descriptors);
        if (options.MaxPageCalls == 0)
            options = options with { MaxPageCalls = Math.Max(1, options.MaxWorkers / 2) };
        return (options with { Warm = Math.Min(options.Warm, options.MaxWorkers) }, descriptors);
    }

    // Small programs start well side by side, browsers do not.
    private static int StartConcurrency(WorkerKind kind) =>
        Math.Max(2, Environment.ProcessorCount) * (kind == WorkerKind.Simulated ? 4 : 1);
}
