using System.Text;
using Steelyard.Processes;

namespace Steelyard.Tests.Unit.Processes;

public sealed class ProcessIdentityTests : IDisposable
{
    private readonly Shell shell = new();

    public void Dispose() => shell.Dispose();

    [Fact]
    public async Task An_identity_exists_as_long_as_its_process()
    {
        var process = shell.Start("sleep 600");
        Assert.True(process.Identity.Exists);
        Assert.Equal(process.Identity, ProcessIdentity.Of(process.Pid));
        process.TrySendToGroup(Signal.Kill);
        await Until.DoneAsync(process.Exited);
        Assert.False(process.Identity.Exists);
        Assert.NotEqual(process.Identity, ProcessIdentity.Of(process.Pid));
    }

    [Fact]
    public void The_same_pid_at_another_start_or_boot_is_another_process()
    {
        var ours = ProcessIdentity.Of(Environment.ProcessId)!;
        Assert.True(ours.Exists);
        Assert.False((ours with { StartTime = ours.StartTime + 1 }).Exists);
        Assert.False((ours with { BootId = "00000000-0000-0000-0000-000000000000" }).Exists);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void Nobody_has_no_identity(int pid)
    {
        Assert.Null(ProcessIdentity.Of(pid));
        Assert.Null(ProcessStat.Read(pid));
    }

    [Fact]
    public async Task A_name_with_spaces_and_parentheses_does_not_shift_the_fields()
    {
        File.Copy("/bin/sleep", shell.At("a) Z 1 (b"));
        var process = shell.Start(new ProcessSpec(shell.At("a) Z 1 (b"), ["600"]));
        await Until.TrueAsync(
            () => File.ReadAllText($"/proc/{process.Pid}/stat", Encoding.UTF8).Contains("Z 1", StringComparison.Ordinal),
            "it runs that program");
        var stat = ProcessStat.Read(process.Pid)!.Value;
        Assert.Equal((Environment.ProcessId, process.Pid), (stat.Parent, stat.Group));
        Assert.NotEqual('Z', stat.State);
        Assert.Equal(process.Identity.StartTime, stat.StartTime);
    }

    [Fact]
    public async Task Memory_is_summed_over_processes()
    {
        var process = shell.Start("sleep 600 & sleep 600 & echo ready; wait");
        await shell.LineAsync("ready");
        int[] pids = [process.Pid, .. ProcFile.Pids().Where(pid => ProcessStat.Read(pid)?.Parent == process.Pid)];
        Assert.Equal(3, pids.Length);
        var (all, first) = (ProcessMemory.Of(pids), ProcessMemory.Of([process.Pid]));
        Assert.True(all.OwnBytes > first.OwnBytes && all.ResidentBytes > all.OwnBytes && all.OwnBytes < 100 << 20, $"{all} {first}");
        process.TrySendToGroup(Signal.Kill);
        await Until.DoneAsync(process.Exited);
        await Until.TrueAsync(() => ProcessMemory.Of(pids) == default, "and none when they are gone");
    }
}
