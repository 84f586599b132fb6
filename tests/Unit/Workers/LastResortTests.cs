using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Steelyard.Records;
using Steelyard.Settings;
using Steelyard.Tests.Unit.Machine;
using Steelyard.Workers;

namespace Steelyard.Tests.Unit.Workers;

public sealed class LastResortTests : IDisposable
{
    private const int FirstPort = 18700;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Without_workers_there_is_none_to_end() => Assert.Null(LastResort.Choose([]));

    [Fact]
    public void One_without_a_session_goes_first_however_small() => Assert.Equal(
        "idle", LastResort.Choose([("leased", WorkerState.Leased, 900), ("idle", WorkerState.Ready, 1)]));

    [Fact]
    public void Of_those_without_a_session_the_largest_goes() => Assert.Equal(
        "starting",
        LastResort.Choose(
            [("leased", WorkerState.Leased, 900), ("idle", WorkerState.Ready, 10), ("starting", WorkerState.Starting, 20)]));

    [Fact]
    public void If_all_have_sessions_the_largest_goes() => Assert.Equal(
        "large", LastResort.Choose([("a", WorkerState.Leased, 5), ("large", WorkerState.Leased, 7), ("b", WorkerState.Leased, 6)]));

    [Fact]
    public void One_that_ends_anyway_is_not_chosen() => Assert.Null(
        LastResort.Choose([("stopping", WorkerState.Stopping, 900), ("exited", WorkerState.Exited, 900)]));

    [Fact]
    public async Task Workers_go_one_at_a_time_and_only_while_memory_is_short()
    {
        var time = new FakeTimeProvider();
        var machine = new ShortMachine { HasDescriptors = true };
        var options = new Options { FirstWorkerPort = FirstPort, LastWorkerPort = FirstPort + 9 };
        using var directory = new RunDirectory(folder.At("run"), 1024);
        var (starter, processes, _) = TestWorkers.Starter(
            new("/bin/sleep", ["60"], WorkerKind.Simulated), directory, machine, machine, options, time);
        List<Worker> workers = [await starter.StartAsync(0, null), await starter.StartAsync(0, null), await starter.StartAsync(0, null)];
        workers[1].State = WorkerState.Ready;
        workers[2].State = WorkerState.Leased;
        List<(Worker Worker, StopReason Reason, DateTimeOffset At)> ended = [];
        using var end = new CancellationTokenSource();
        var loop = new LastResort(processes, machine, options, time, NullLogger<LastResort>.Instance).RunAsync(
            () => workers,
            (worker, reason) =>
            {
                worker.State = WorkerState.Stopping;
                machine.IsNearlyFull = ended.Count < 1;
                ended.Add((worker, reason, time.GetUtcNow()));
            },
            end.Token);
        time.Advance(LastResort.Pause * 2);
        Assert.Empty(ended);
        machine.IsNearlyFull = true;
        await ShortMachine.PassAsync(time, () => ended.Count == 2);
        Assert.DoesNotContain(workers[2], ended.Select(one => one.Worker));
        Assert.All(ended, one => Assert.Equal(StopReason.MachineMemory, one.Reason));
        Assert.True(ended[1].At - ended[0].At >= LastResort.Pause);
        time.Advance(LastResort.Pause * 2);
        Assert.Equal(2, ended.Count);

        await end.CancelAsync();
        await ((Task)loop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        foreach (var worker in workers)
        {
            await Until.DoneAsync(worker.StopAsync(StopReason.MachineMemory, TimeSpan.Zero));
            await Until.DoneAsync(worker.Resources.DisposeAsync().AsTask());
        }
    }
}
