using static Steelyard.Settings.OptionValues;

namespace Steelyard.Settings;

/// <content>Limits of workers.</content>
public static partial class OptionTable
{
    private static OptionGroup Limits => new("Limits of workers",
    [
        new("worker-memory", "SIZE",
            "Memory that a worker can use, including its browser; none means no limit [by kind: 2G with a browser, " +
                "256M simulated, none for your own]",
            (o, v) => o with { WorkerMemoryBytes = SizeLimit(v, 16 << 20, 1L << 50) }),
        new("memory-reserve", "SIZE",
            "No worker starts while the machine has less memory available; below a quarter of it, workers are ended; 0 switches both " +
                "off [a twentieth of the machine, at most 1G]",
            (o, v) => o with { MemoryReserve = Size.Parse(v, 0, 1L << 50) }),
        new("worker-processes", "N",
            "Number of processes that a worker can have; none means no limit [by kind: 200 with a browser, 4 simulated, none for your own]",
            (o, v) => o with { WorkerProcesses = (int)Limit(v, 1, MaxCount) }),
        new("worker-files", "N",
            "Number of descriptors that each process of a worker can have; none means no limit [by kind: 4096 with a browser, " +
                "1024 simulated, none for your own]",
            (o, v) => o with { WorkerFiles = (int)Limit(v, 64, MaxCount) }),
        new("worker-disk", "SIZE",
            "Space for a worker's folder: its browser's profile, downloads and temporary files. With the default --run-dir this is " +
                "memory; none means no limit [by kind: 2G with a browser, 64M simulated, none for your own]",
            (o, v) => o with { WorkerDiskBytes = SizeLimit(v, 16 << 20, 1L << 50) }),
        new("max-worker-log", "SIZE", "A worker's log is emptied when it reaches this size [1M]",
            (o, v) => o with { MaxWorkerLogBytes = Bytes(v, 1024, int.MaxValue) }),
    ]);
}
