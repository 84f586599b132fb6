using Steelyard.Machine;
using Steelyard.Processes;

namespace Steelyard.Workers;

/// <summary>
/// Kills the processes that workers leave behind, in whatever process group or session they are. A process that has been sent SIGKILL
/// cannot fork any more. So when a scan finds only processes that have been sent SIGKILL, no new ones can appear.
/// </summary>
internal sealed class Leftovers(WorkerProcesses processes, IMachine machine, TimeProvider time, ILogger<Leftovers> logger)
{
    private const int MostLooks = 100;

    // The kernel needs some time to end a browser. A process that waits for a disk cannot be killed.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Kills the processes that an exited worker left behind. Completes when they have ended. Never fails.</summary>
    public Task KillAsync(string workerId) => KillAsync(look => look.LeftBy(workerId), $"worker {workerId}");

    /// <summary>Kills all processes of all workers of this run directory. Completes when they have ended. Never fails.</summary>
    public Task KillAllAsync() => KillAsync(look => look.Without(new HashSet<string>()), "the workers of this run directory");

    /// <summary>
    /// Kills the processes that an earlier orchestrator left behind, except these workers. Does not wait until they have ended. Call it
    /// before any other code looks at processes.
    /// </summary>
    public void KillStrays(IReadOnlySet<string> adopted)
    {
        var killed = new HashSet<ProcessIdentity>();
        ProcessFamilies look;
        for (var looks = 1; ; looks++)
        {
            look = processes.Look();
            if (!KillNew(look.Without(adopted), killed) || looks == MostLooks)
                break;
        }

        foreach (var process in killed)
            logger.LogWarning("Stopping pid {Pid}, which an earlier orchestrator left behind", process.Pid);
        foreach (var (process, id) in look.Unproven)
        {
            logger.LogWarning(
                "Pid {Pid} claims to belong to worker {Id} of this run directory but cannot prove that it is ours: it is left alone",
                process.Pid, id);
        }
    }

    private async Task KillAsync(Func<ProcessFamilies, List<ProcessIdentity>> choose, string whose)
    {
        try
        {
            var started = time.GetTimestamp();
            var killed = new HashSet<ProcessIdentity>();
            for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                var left = await TryChooseAsync(choose);
                if (left is { Count: 0 })
                    break;
                KillNew(left ?? [], killed);
                if (time.GetElapsedTime(started) >= Deadline)
                {
                    logger.LogError(
                        "Processes of {Whose} do not end, or cannot be listed: pids {Pids}",
                        whose, string.Join(", ", (left ?? []).Select(process => process.Pid)));
                    break;
                }

                await Task.Delay(pause, time);
            }

            if (killed.Count > 0)
                logger.LogInformation("Killed {Count} processes that {Whose} had left behind", killed.Count, whose);
        }
        catch (Exception e)
        {
            logger.LogError(e, "The processes that {Whose} left behind were not killed because of an error of ours", whose);
        }
    }

    // Returns null if the processes cannot be listed now.
    private async Task<List<ProcessIdentity>?> TryChooseAsync(Func<ProcessFamilies, List<ProcessIdentity>> choose)
    {
        try
        {
            return choose(await processes.LookAsync());
        }
        catch (IOException e)
        {
            logger.LogWarning("Cannot list the processes that workers left behind: {Reason}", e.Message);
            return null;
        }
    }

    // Sends SIGKILL. Returns true if any process had not been sent it before.
    private bool KillNew(List<ProcessIdentity> found, HashSet<ProcessIdentity> killed)
    {
        var isNew = false;
        foreach (var process in found.Where(process => !killed.Contains(process)))
        {
            if (machine.TryKill(process))
                isNew |= killed.Add(process);
            else
                logger.LogError("Pid {Pid} belongs to a worker that has ended, and the kernel does not let us kill it", process.Pid);
        }

        return isNew;
    }
}
