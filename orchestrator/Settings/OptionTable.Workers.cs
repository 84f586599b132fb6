using static Steelyard.Settings.OptionValues;

namespace Steelyard.Settings;

/// <content>Workers.</content>
public static partial class OptionTable
{
    private static OptionGroup Workers => new("Workers",
    [
        new("worker-api", "challenge|steel",
            "API of your own worker program: the API of docs/worker-api.md, or that of the open-source Steel worker [challenge]",
            (o, v) => o with { WorkerApi = Choice(v, "challenge", WorkerApi.Challenge, "steel", WorkerApi.Steel) }),
        new("worker-start-timeout", "TIME", "Time for a worker to become ready after its start, or again after its session ended [15s]",
            (o, v) => o with { WorkerStartTimeout = Duration.Parse(v) }),
        new("worker-timeout", "TIME", "Timeout of one call to a worker [5s]", (o, v) => o with { WorkerTimeout = Duration.Parse(v) }),
        new("worker-stop-grace", "TIME", "Time between SIGTERM and SIGKILL when a worker is stopped [1.5s]",
            (o, v) => o with { WorkerStopGrace = Duration.Parse(v) }),
        new("probe-interval", "TIME", "A worker with a session that is silent for this time is asked for its health [1s]",
            (o, v) => o with { ProbeInterval = Duration.Parse(v) }),
        new("idle-probe-interval", "TIME", "The same for an idle worker, if longer [5s]",
            (o, v) => o with { IdleProbeInterval = Duration.Parse(v) }),
        new("hang-timeout", "TIME",
            "A worker that is silent for this time is stopped; time in which it waits for a processor does not count [2.5s]",
            (o, v) => o with { HangTimeout = Duration.Parse(v) }),
        new("starved-timeout", "TIME", "A worker that is silent for this time is stopped, even if it waits for a processor [30s]",
            (o, v) => o with { StarvedTimeout = Duration.Parse(v) }),
        new("start-concurrency", "N",
            "Number of workers that can start at the same time [one per core, at least two; four times as many when simulated]",
            (o, v) => o with { StartConcurrency = Number(v, 1, 1000) }),
        new("idle-shrink", "TIME", "Idle workers in excess of --warm end after this time [30s]",
            (o, v) => o with { IdleShrink = Duration.Parse(v) }),
        new("worker-ports", "A-B", "Range of ports for workers [20000-29999]", Ports),
        new("browser-folder", "DIR", "Folder that browsers can read and write, in addition to their own; can be given several times [none]",
            (o, v) => o with { BrowserFolders = [.. o.BrowserFolders, Folder(v)] }),
    ]);
}
