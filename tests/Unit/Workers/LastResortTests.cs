using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Steelyard.Processes;
using Steelyard.Records;
using Steelyard.Settings;
using Steelyard.Tests.Unit.Machine;
using Steelyard.Workers;

namespace Steelyard.Tests.Unit.Workers;

public sealed class LastResortTests : IAsyncDisposable
{
    private const int FirstPort = 18700;
    private const int Large = 30_000_000;

    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new();
    private readonly ShortMachine machine = new() { HasDescriptors = true };
    private readonly CancellationTokenSource end = new();
    private readonly List<(Worker Worker, DateTimeOffset At)> ended = [];
    private readonly List<Worker> workers = [];
    private Task loop = Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        foreach (var worker in workers)
        {
            // Both look again after a pause when a process takes its time to end.
            var stop = worker.StopAsync(StopReason.MachineMemory, TimeSpan.Zero);
            await ShortMachine.PassAsync(time, () => stop.IsCompleted);
            await stop;
            var free = worker.Resources.DisposeAsync().AsTask();
            await ShortMachine.PassAsync(time, () => free.IsCompleted);
            await free;
        }

        end.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Those_without_a_session_end_first_and_then_the_largest()
    {
        await RunAsync([WorkerState.Starting, WorkerState.Leased, WorkerState.Leased, WorkerState.Ready], kill: true);
        var large = workers.Single(worker => worker.State == WorkerState.Leased && IsLarge(worker));
        await Until.TrueAsync(() => ProcessMemory.Of([large.Process.Identity.Pid]).OwnBytes > Large, "one worker is large");
        await PassAsync(LastResort.Pause * 2);
        Assert.Empty(ended);

        machine.IsNearlyFull = true;
        await ShortMachine.PassAsync(time, () => ended.Count == 3);
        machine.IsNearlyFull = false;
        Assert.Equal([workers[0], workers[3], large], ended.Select(one => one.Worker));
        Assert.True(ended[2].At - ended[1].At >= LastResort.Pause);
        await PassAsync(LastResort.Pause * 2);
        Assert.Equal(3, ended.Count);
    }

    [Fact]
    public async Task The_next_one_waits_until_the_last_one_is_gone_but_not_for_ever()
    {
        await RunAsync([WorkerState.Leased, WorkerState.Leased], kill: false);
        machine.IsNearlyFull = true;
        await ShortMachine.PassAsync(time, () => ended.Count == 2);
        Assert.True(ended[1].At - ended[0].At >= LastResort.Pause * 4);
    }

    // One of two workers on neighbouring ports is large. Workers that are not killed stay as they are after they were ended.
    private async Task RunAsync(WorkerState[] states, bool kill)
    {
        var options = new Options { FirstWorkerPort = FirstPort, LastWorkerPort = FirstPort + 9 };
        using var directory = new RunDirectory(folder.At("run"), 1024);
        var script = $"[ $((PORT % 2)) = 1 ] && x=$(head -c {Large} /dev/zero | tr '\\0' a); sleep 60 & wait";
        var (starter, processes, _) = TestWorkers.Starter(
            new("/bin/sh", ["-c", script], WorkerKind.Simulated), directory, machine, machine, options, time);
        foreach (var state in states)
        {
            workers.Add(await starter.StartAsync(0, null));
            workers[^1].State = state;
        }

        loop = new LastResort(processes, machine, options, time, NullLogger<LastResort>.Instance).RunAsync(
            () => workers,
            (worker, reason) => End(worker, reason, kill),
            reason =>
            {
                var idle = workers.FindAll(worker => worker.State is WorkerState.Starting or WorkerState.Ready);
                idle.ForEach(worker => End(worker, reason, kill));
                return idle;
            },
            end.Token);
    }

    private void End(Worker worker, StopReason reason, bool kill)
    {
        Assert.Equal(StopReason.MachineMemory, reason);
        worker.State = WorkerState.Stopping;
        ended.Add((worker, time.GetUtcNow()));
        if (kill)
            _ = worker.StopAsync(reason, TimeSpan.Zero);
    }

    private static bool IsLarge(Worker worker) => worker.Port % 2 == 1;

    private Task PassAsync(TimeSpan span)
    {
        var until = time.GetUtcNow() + span;
        return ShortMachine.PassAsync(time, () => time.GetUtcNow() >= until);
    }
}
