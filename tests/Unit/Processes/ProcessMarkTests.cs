using Steelyard.Processes;

namespace Steelyard.Tests.Unit.Processes;

public sealed class ProcessMarkTests : IDisposable
{
    private const long Mark = 0x1234_5678_9abc_def0;

    private readonly Shell shell = new();

    public void Dispose() => shell.Dispose();

    [Fact]
    public async Task It_goes_to_all_descendants_whatever_they_do()
    {
        shell.Start(shell.Spec("(setsid env -i /bin/sleep 600 & echo orphan $!) & exec sleep 600") with { Mark = Mark });
        var orphan = await shell.PidAsync("orphan ");
        await Until.TrueAsync(() => ProcessStat.Read(orphan)?.Session == orphan, "it has a session of its own");
        Assert.Equal(Mark, ProcessMark.Read(orphan));
        Assert.Contains(ProcessTable.Read(), entry => entry.Identity.Pid == orphan && entry.Mark == Mark && entry.Session == orphan);
        Assert.True(ProcessTable.TryKill(ProcessIdentity.Of(orphan)!));
        await Until.TrueAsync(() => !Shell.IsAlive(orphan), "it is gone");
    }

    [Fact]
    public void Who_starts_a_process_and_who_was_started_without_one_have_none()
    {
        shell.Start(shell.Spec("exec sleep 600") with { Mark = Mark });
        var plain = shell.Start("exec sleep 600");
        Assert.Equal((null, null), (ProcessMark.Read(Environment.ProcessId), ProcessMark.Read(plain.Pid)));
    }

    [Fact]
    public void A_process_that_is_another_one_by_its_start_time_is_not_killed()
    {
        var process = shell.Start("exec sleep 600");
        Assert.True(ProcessTable.TryKill(process.Identity with { StartTime = process.Identity.StartTime - 1 }));
        Assert.True(Shell.IsAlive(process.Pid));
        Assert.DoesNotContain(ProcessTable.Read(), entry => entry.Identity.Pid == Environment.ProcessId);
    }
}
