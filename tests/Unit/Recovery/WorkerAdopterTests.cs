using Microsoft.Extensions.Logging.Abstractions;
using Steelyard.Contract;
using Steelyard.Machine;
using Steelyard.Processes;
using Steelyard.Recordings;
using Steelyard.Records;
using Steelyard.Recovery;
using Steelyard.Settings;
using Steelyard.Tests.Unit.Workers;
using Steelyard.WorkerHttp;

namespace Steelyard.Tests.Unit.Recovery;

/// <summary>Adoption of what an earlier orchestrator left: real processes in a real run directory.</summary>
public sealed class WorkerAdopterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly RunDirectory directory;
    private readonly List<OsProcess> processes = [];

    public WorkerAdopterTests() => directory = new(folder.At("run"), 1024);

    public void Dispose()
    {
        processes.ForEach(process => process.TrySendToGroup(Signal.Kill));
        directory.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_worker_whose_record_and_token_agree_is_taken_over()
    {
        var process = Spawn("w1");
        Write("w1", process.Identity);
        var found = Assert.Single(Adopter().Find());
        Assert.Equal(("w1", process.Pid, 20001), (found.Worker!.Id, found.Worker.Pid, found.Worker.Port));
        Assert.True(process.Identity.Exists);
    }

    [Fact]
    public void A_process_that_merely_has_the_same_pid_is_neither_taken_over_nor_stopped()
    {
        var process = Spawn(null);
        Write("w1", process.Identity with { StartTime = process.Identity.StartTime - 1 });
        Assert.Null(Assert.Single(Adopter().Find()).Worker);
        Assert.True(process.Identity.Exists);
    }

    [Fact]
    public void A_record_of_another_boot_names_nobody()
    {
        var process = Spawn("w2");
        Write("w1", process.Identity with { BootId = "11111111-2222-3333-4444-555555555555" });
        Write("w2", process.Identity);
        Assert.Equal(
            [("w1", false), ("w2", true)],
            Adopter().Find().Select(found => (found.Directory.Id, found.Worker is not null)).Order());
    }

    [Fact]
    public void A_process_of_the_record_that_cannot_prove_to_be_ours_is_left_alone()
    {
        var process = Spawn("w1", token: "forged");
        Write("w1", process.Identity);
        Assert.Null(Assert.Single(Adopter().Find()).Worker);
        Assert.True(process.Identity.Exists);
    }

    [Fact]
    public async Task A_worker_that_was_spawned_and_not_yet_written_down_is_stopped()
    {
        var process = Spawn("w1");
        directory.For("w1").Create();
        var found = Assert.Single(Adopter().Find());
        Assert.Equal((null, false), (found.Worker, found.IsBroken));
        Assert.Equal((int)Signal.Kill, (await Until.DoneAsync(process.Exited)).Signal);
    }

    [Fact]
    public async Task One_whose_record_is_broken_is_stopped_and_its_folder_put_aside()
    {
        var process = Spawn("w1");
        directory.For("w1").Create();
        await File.WriteAllTextAsync(folder.At("run/workers/w1/worker.json"), "{");
        var adopter = Adopter();
        var found = Assert.Single(adopter.Find());
        Assert.Equal((null, true), (found.Worker, found.IsBroken));
        adopter.Bury(found);
        Assert.True(Directory.Exists(folder.At("run/quarantine/w1")));
        Assert.Equal((int)Signal.Kill, (await Until.DoneAsync(process.Exited)).Signal);
    }

    [Fact]
    public void A_worker_of_another_run_directory_is_left_alone()
    {
        using var other = new RunDirectory(folder.At("other"), 1024);
        var process = Spawn("w1", path: other.For("w1").Path, token: WorkerToken.Of(other.Secret, "w1"));
        Assert.Empty(Adopter().Find());
        Assert.True(process.Identity.Exists);
    }

    private OsProcess Spawn(string? id, string? path = null, string? token = null)
    {
        var environment = new Dictionary<string, string?>();
        if (id is not null)
        {
            environment[EnvironmentNames.WorkerDirectory] = path ?? directory.For(id).Path;
            environment[EnvironmentNames.WorkerToken] = token ?? WorkerToken.Of(directory.Secret, id);
        }

        var process = OsProcess.Start(new("/bin/sleep", ["600"]) { Environment = environment });
        processes.Add(process);

        // A spawn returns a moment before the kernel shows the new program's environment.
        Assert.True(SpinWait.SpinUntil(() => ProcessEnvironment.Read(process.Pid, "PATH") is not null, TimeSpan.FromSeconds(10)));
        return process;
    }

    private void Write(string id, ProcessIdentity identity)
    {
        directory.For(id).Create();
        directory.For(id).WriteRecord(new(identity, 20001, 0, WorkerKind.Foreign, "program"));
    }

    private WorkerAdopter Adopter()
    {
        var (starter, processes, leftovers) = TestWorkers.Starter(
            new("/bin/sleep", ["600"], WorkerKind.Foreign),
            directory,
            new LinuxMachine(),
            new SocketConnector(new(1 << 20)),
            new(),
            TimeProvider.System);
        return new(
            directory,
            starter,
            processes,
            leftovers,
            new(directory, new(), NullLogger<RecordingStore>.Instance),
            NullLogger<WorkerAdopter>.Instance);
    }
}
