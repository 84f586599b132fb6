using Microsoft.Extensions.Time.Testing;
using Steelyard.Machine;
using Steelyard.Records;
using Steelyard.Settings;
using Steelyard.Tests.Unit.Machine;
using Steelyard.WorkerHttp;
using Steelyard.Workers;

namespace Steelyard.Tests.Unit.Workers;

public sealed class WorkerStarterTests : IDisposable
{
    private const int Port = 18150; // Below the ephemeral ports and outside the default range.

    private readonly TemporaryFolder folder = new();
    private readonly RunDirectory runs;

    public WorkerStarterTests() => runs = new(folder.At("run"), 1024);

    public void Dispose()
    {
        runs.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_leaves_the_port_free()
    {
        File.WriteAllText(folder.At("run/workers/w1"), "a file, where the folder of the first worker would be");
        var starter = Starter(new("/bin/sleep", ["60"], WorkerKind.Simulated));
        await Assert.ThrowsAsync<IOException>(() => starter.StartAsync(0, null));
        var worker = await starter.StartAsync(0, null);
        Assert.Equal(Port, worker.Port);
        await EndAsync(worker);
    }

    [Fact]
    public async Task Without_memory_no_worker_starts_and_nothing_is_left()
    {
        var machine = new ShortMachine { HasDescriptors = true, Shortage = "memory is short" };
        var starter = Starter(new("/bin/sleep", ["60"], WorkerKind.Simulated), machine);
        Assert.Equal("memory is short", (await Assert.ThrowsAsync<IOException>(() => starter.StartAsync(0, null))).Message);
        Assert.Empty(Directory.GetDirectories(folder.At("run/workers")));
        machine.Shortage = null;
        await EndAsync(await starter.StartAsync(0, null));
    }

    [Fact]
    public async Task A_bundled_worker_inherits_its_port_and_the_port_closes_with_it()
    {
        var worker = await Starter(new("/bin/sleep", ["60"], WorkerKind.Simulated)).StartAsync(0, null);
        Assert.True(worker.InheritsListener);
        Assert.True(TestWorkers.Accepts(Port)); // The program does nothing: the kernel accepts for it.
        await EndAsync(worker);
        Assert.False(TestWorkers.Accepts(Port));
    }

    [Fact]
    public async Task Another_program_opens_its_port_itself()
    {
        var worker = await Starter(new("/bin/sleep", ["60"], WorkerKind.Foreign)).StartAsync(0, null);
        Assert.False(worker.InheritsListener);
        Assert.False(TestWorkers.Accepts(Port));
        await EndAsync(worker);
    }

    private static async Task EndAsync(Worker worker)
    {
        await Until.DoneAsync(worker.StopAsync(StopReason.Untrusted, TimeSpan.Zero));
        await Until.DoneAsync(worker.Resources.DisposeAsync().AsTask());
    }

    private WorkerStarter Starter(WorkerCommand command, IMachine? machine = null)
    {
        var options = new Options { FirstWorkerPort = Port, LastWorkerPort = Port };
        return TestWorkers.Starter(
            command, runs, machine ?? new LinuxMachine(), new SocketConnector(new(1 << 20)), options, new FakeTimeProvider()).Starter;
    }
}
