using Microsoft.Extensions.Logging.Abstractions;
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
    private readonly TemporaryFolder folder = new();
    private readonly RunDirectory runs;

    public WorkerStarterTests() => runs = new(folder.At("run"), 1024);

    public void Dispose()
    {
        runs.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_session_that_ends_waits_for_its_turn_where_a_browser_is_launched_behind_it()
    {
        var starter = New(WorkerKind.Chromium);
        await WithWorkerAsync(starter, async worker =>
        {
            Task<bool> ends;
            using (await starter.TakeTurnAsync(default))
            {
                ends = starter.CleanAsync(worker, "/sessions/x", default);

                // No browser is launched after this end of a session. Nobody listens, so both fail as soon as they ask.
                Assert.False(await Until.DoneAsync(starter.CleanAsync(worker, null, default)));
                Assert.False(ends.IsCompleted);
            }

            Assert.False(await Until.DoneAsync(ends));
            (await Until.DoneAsync(starter.TakeTurnAsync(default))).Dispose();
        });
    }

    [Fact]
    public async Task Whoever_waits_for_a_turn_can_be_called_off()
    {
        var starter = New(WorkerKind.Chromium);
        await WithWorkerAsync(starter, async worker =>
        {
            using var turn = await starter.TakeTurnAsync(default);
            using var over = new CancellationTokenSource();
            var ends = starter.CleanAsync(worker, "/sessions/x", over.Token);
            await over.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Until.DoneAsync(ends));
        });
    }

    [Fact]
    public async Task Workers_without_a_browser_need_no_turn_at_a_sessions_end()
    {
        var starter = New(WorkerKind.Simulated);
        await WithWorkerAsync(starter, async worker =>
        {
            using var turn = await starter.TakeTurnAsync(default);
            Assert.False(await Until.DoneAsync(starter.CleanAsync(worker, "/sessions/x", default)));
        });
    }

    [Fact]
    public async Task A_worker_that_we_cannot_ask_has_not_failed_to_become_ready()
    {
        var (machine, time) = (new ShortMachine(), new FakeTimeProvider());
        var starter = New(WorkerKind.Simulated, machine, machine, time, TimeSpan.FromSeconds(1));
        await WithWorkerAsync(starter, async worker =>
        {
            var ready = starter.WaitReadyAsync(worker);
            await ShortMachine.PassAsync(time, () => machine.Asked > 50);
            Assert.False(ready.IsCompleted);

            // Nobody listens: from here on the worker's own start time passes.
            machine.HasDescriptors = true;
            await ShortMachine.PassAsync(time, () => ready.IsCompleted);
            Assert.False(await ready);
        });
    }

    // The clock does not move, so no turn ends by itself.
    private WorkerStarter New(WorkerKind kind) =>
        New(kind, new LinuxMachine(), new SocketConnector(new(1 << 20)), new(), TimeSpan.FromSeconds(15));

    private WorkerStarter New(WorkerKind kind, IMachine machine, IConnector connector, FakeTimeProvider time, TimeSpan startTimeout)
    {
        var processes = new WorkerProcesses(runs, machine);
        var leftovers = new Leftovers(processes, machine, time, NullLogger<Leftovers>.Instance);
        return new(
            new("/bin/sleep", ["60"], kind),
            runs,
            machine,
            connector,
            processes,
            leftovers,
            new(),
            new() { StartConcurrency = 1, WorkerStartTimeout = startTimeout },
            time);
    }

    private static async Task WithWorkerAsync(WorkerStarter starter, Func<Steelyard.Workers.Worker, Task> use)
    {
        var worker = starter.Start(0, null);
        try
        {
            await use(worker);
        }
        finally
        {
            await Until.DoneAsync(worker.StopAsync(StopReason.Untrusted, TimeSpan.Zero));
            await Until.DoneAsync(starter.CleanUpAsync(worker));
        }
    }
}
