using Microsoft.Extensions.Time.Testing;
using Steelyard.Machine;
using Steelyard.Processes;
using Steelyard.Records;
using Steelyard.Workers;

namespace Steelyard.Tests.Unit.Workers;

public sealed class WorkerUsageTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task One_measurement_serves_all_who_ask_at_about_the_same_time()
    {
        var time = new FakeTimeProvider();
        using var directory = new RunDirectory(folder.At("run"), 1024);
        var processes = new WorkerProcesses(directory, new LinuxMachine());
        var worker = OsProcess.Start(new("/bin/sleep", ["600"]));
        processes.Set("w1", worker.Identity);
        var memory = new WorkerUsage(processes, time);
        var first = memory.ReadAsync();
        Assert.All(Enumerable.Range(0, 32), _ => Assert.Same(first, memory.ReadAsync()));
        Assert.True((await first)["w1"].Memory.ResidentBytes > 0);
        time.Advance(WorkerUsage.Fresh - TimeSpan.FromMilliseconds(1));
        Assert.Same(first, memory.ReadAsync());
        time.Advance(TimeSpan.FromMilliseconds(1));
        var next = memory.ReadAsync();
        Assert.NotSame(first, next);
        await next;
        worker.Send(Signal.Kill);
        await worker.Exited;
    }
}
