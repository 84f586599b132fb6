using Steelyard.Contract;

namespace Steelyard.Workers;

/// <summary>
/// Stores which mechanisms isolate browsers from the rest of the machine. Only a worker can report them, when its browser runs, because
/// they depend on the machine.
/// </summary>
public sealed class BrowserIsolation
{
    private readonly TaskCompletionSource<Isolation> first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Isolation? latest;

    /// <summary>The report of the last worker that became ready; null before the first report, and for workers that send none.</summary>
    public Isolation? Latest => latest;

    /// <summary>Completes when the first report arrives.</summary>
    public Task<Isolation> First => first.Task;

    /// <summary>Stores a worker's report; null does nothing.</summary>
    internal void Take(Isolation? report)
    {
        if (report is null)
            return;
        latest = report;
        first.TrySetResult(report);
    }
}
