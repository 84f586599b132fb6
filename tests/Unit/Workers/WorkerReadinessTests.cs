using Microsoft.Extensions.Time.Testing;
using Steelyard.Machine;
using Steelyard.Records;
using Steelyard.Settings;
using Steelyard.Tests.Unit.Machine;
using Steelyard.WorkerHttp;
using Steelyard.Workers;

namespace Steelyard.Tests.Unit.Workers;

public sealed class WorkerReadinessTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly RunDirectory runs;

    public WorkerReadinessTests() => runs = new(folder.At("run"), 1024);

    public void Dispose()
    {
        runs.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_session_that_ends_waits_for_its_turn_where_a_browser_is_launched_behind_it()
    {
        await WithWorkerAsync(WorkerKind.Chromium, async (worker, readiness, turns) =>
        {
            Task<bool> ends;
            using (await turns.TakeAsync(default))
            {
                ends = readiness.ResetAsync(worker, "/sessions/x", default);

                // No browser is launched after this end of a session. Nobody listens, so both fail as soon as they ask.
                Assert.False(await Until.DoneAsync(readiness.ResetAsync(worker, null, default)));
                Assert.False(ends.IsCompleted);
            }

            Assert.False(await Until.DoneAsync(ends));
            (await Until.DoneAsync(turns.TakeAsync(default))).Dispose();
        });
    }

    [Fact]
    public async Task Whoever_waits_for_a_turn_can_be_called_off()
    {
        await WithWorkerAsync(WorkerKind.Chromium, async (worker, readiness, turns) =>
        {
            using var turn = await turns.TakeAsync(default);
            using var over = new CancellationTokenSource();
            var ends = readiness.ResetAsync(worker, "/sessions/x", over.Token);
            await over.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Until.DoneAsync(ends));
        });
    }

    [Fact]
    public async Task Workers_without_a_browser_need_no_turn_at_a_sessions_end()
    {
        await WithWorkerAsync(WorkerKind.Simulated, async (worker, readiness, turns) =>
        {
            using var turn = await turns.TakeAsync(default);
            Assert.False(await Until.DoneAsync(readiness.ResetAsync(worker, "/sessions/x", default)));
        });
    }

    [Fact]
    public async Task A_worker_that_we_cannot_ask_has_not_failed_to_become_ready()
    {
        var (machine, time) = (new ShortMachine(), new FakeTimeProvider());
        await WithWorkerAsync(WorkerKind.Simulated, machine, machine, time, TimeSpan.FromSeconds(1), async (worker, readiness, _) =>
        {
            var ready = readiness.WaitAsync(worker);
            await ShortMachine.PassAsync(time, () => machine.Asked > 50);
            Assert.False(ready.IsCompleted);

            // Nobody listens: from here on the worker's own start time passes.
            machine.HasDescriptors = true;
            await ShortMachine.PassAsync(time, () => ready.IsCompleted);
            Assert.False(await ready);
        });
    }

    // The clock does not move, so no turn ends by itself.
    private Task WithWorkerAsync(WorkerKind kind, Func<Worker, WorkerReadiness, StartTurns, Task> use) => WithWorkerAsync(
        kind, new LinuxMachine(), new SocketConnector(new(1 << 20)), new(), TimeSpan.FromSeconds(15), use);

    private async Task WithWorkerAsync(
        WorkerKind kind,
        IMachine machine,
        IConnector connector,
        FakeTimeProvider time,
        TimeSpan startTimeout,
        Func<Worker, WorkerReadiness, StartTurns, Task> use)
    {
        var options = new Options { StartConcurrency = 1, WorkerStartTimeout = startTimeout };
        var command = new WorkerCommand("/bin/sh", ["-c", "exec 3<&-; exec sleep 60"], kind); // gives the listening socket up
        var (starter, processes, _) = TestWorkers.Starter(command, runs, machine, connector, options, time);
        var turns = new StartTurns(options, time);
        var browsers = new ForeignBrowsers(command, processes, machine, new([]), options, time);
        var worker = await starter.StartAsync(0, null);
        await Until.TrueAsync(() => !TestWorkers.Accepts(worker.Port), "nobody listens on its port");
        try
        {
            await use(worker, new(command, machine, turns, new(), browsers, options, time), turns);
        }
        finally
        {
            await Until.DoneAsync(worker.StopAsync(StopReason.Untrusted, TimeSpan.Zero));
            await Until.DoneAsync(worker.Resources.DisposeAsync().AsTask());
        }
    }
}
