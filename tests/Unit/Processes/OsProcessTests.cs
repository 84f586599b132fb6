using System.Globalization;
using Steelyard.Processes;

namespace Steelyard.Tests.Unit.Processes;

public sealed class OsProcessTests : IDisposable
{
    private readonly Shell shell = new();

    public void Dispose() => shell.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(42)]
    [InlineData(255)]
    public async Task The_exit_code_is_told(int code)
    {
        var status = await shell.RunAsync($"exit {code}");
        Assert.Equal(new(code, null), status);
        Assert.Equal($"exit {code}", status.ToString());
    }

    [Theory]
    [InlineData(Signal.Kill)]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Interrupt)]
    public async Task The_signal_that_ended_it_is_told(Signal signal)
    {
        var process = shell.Start("exec sleep 600");
        process.Send(signal);
        var status = await Until.DoneAsync(process.Exited);
        Assert.Equal(new(null, (int)signal), status);
        Assert.Equal($"signal {(int)signal}", status.ToString());
    }

    [Fact]
    public void An_exit_nobody_saw_says_so() => Assert.Equal("exit status unknown", ExitStatus.Unknown.ToString());

    [Fact]
    public async Task A_crash_is_its_signal()
    {
        Assert.Equal(new(null, 11), await shell.RunAsync("kill -SEGV $$"));
        Assert.Equal(new(null, 6), await shell.RunAsync("kill -ABRT $$"));
    }

    [Fact]
    public async Task Two_hundred_that_exit_at_once_are_all_told_apart()
    {
        var processes = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(i => Task.Run(() => OsProcess.Start(new("/bin/sh", ["-c", $"exit {i}"])))));
        var statuses = await Until.DoneAsync(Task.WhenAll(processes.Select(process => process.Exited)));
        Assert.Equal(Enumerable.Range(0, 200), statuses.Select(status => status.Code!.Value));
    }

    [Fact]
    public async Task An_exited_process_is_reaped_and_leaves_no_zombie()
    {
        var process = shell.Start("exit 0");
        await Until.DoneAsync(process.Exited);
        Assert.NotEqual(process.Identity, ProcessIdentity.Of(process.Pid));
        Assert.Null(ProcessStat.Read(process.Pid));
    }

    [Fact]
    public async Task Signals_to_an_exited_process_do_nothing()
    {
        var process = shell.Start("exit 3");
        await Until.DoneAsync(process.Exited);
        process.Send(Signal.Kill);
        process.TrySendToGroup(Signal.Kill);
        Assert.Equal(3, (await process.Exited).Code);
    }

    [Fact]
    public async Task A_signal_to_the_group_takes_grandchildren_along()
    {
        var process = shell.Start("(sleep 600 & echo grandchild $!; wait) & echo child $!; wait");
        var (child, grandchild) = (await shell.PidAsync("child "), await shell.PidAsync("grandchild "));
        Assert.True(Shell.IsAlive(child) && Shell.IsAlive(grandchild));
        process.TrySendToGroup(Signal.Kill);
        Assert.Equal(new(null, (int)Signal.Kill), await Until.DoneAsync(process.Exited));
        await Until.TrueAsync(() => !Shell.IsAlive(child) && !Shell.IsAlive(grandchild), "both are gone");
    }

    [Fact]
    public async Task A_signal_to_one_leaves_the_others_alone_while_it_lives_on()
    {
        var process = shell.Start("trap 'echo trapped' TERM; sleep 600 & echo child $!; while :; do wait; done");
        var child = await shell.PidAsync("child ");
        process.Send(Signal.Terminate);
        await shell.LineAsync("trapped");
        Assert.True(Shell.IsAlive(child));
        Assert.False(process.Exited.IsCompleted);
    }

    [Theory]
    [InlineData("exit 7")]
    [InlineData("kill -KILL $$")]
    public async Task When_a_leader_ends_what_is_left_of_its_group_is_killed(string end)
    {
        var process = shell.Start($"trap '' HUP TERM; sleep 600 & echo child $!; {end}");
        var child = await shell.PidAsync("child ");
        await Until.DoneAsync(process.Exited);
        await Until.TrueAsync(() => !Shell.IsAlive(child), "its helper is gone");
    }

    [Fact]
    public async Task It_leads_a_session_and_group_of_its_own()
    {
        var process = shell.Start("sleep 600");
        var stat = ProcessStat.Read(process.Pid)!.Value;
        Assert.Equal(process.Pid, stat.Group);
        Assert.Equal(Environment.ProcessId, stat.Parent);
        process.TrySendToGroup(Signal.Kill);
        await Until.DoneAsync(process.Exited);
    }

    [Fact]
    public async Task Without_a_session_of_its_own_it_stays_in_our_group_and_a_group_signal_hits_it_alone()
    {
        var process = shell.Start(shell.Spec("sleep 600") with { NewSession = false });
        Assert.Equal(ProcessStat.Read(Environment.ProcessId)!.Value.Group, ProcessStat.Read(process.Pid)!.Value.Group);
        process.TrySendToGroup(Signal.Kill);
        Assert.Equal(new(null, (int)Signal.Kill), await Until.DoneAsync(process.Exited));
    }

    [Fact]
    public async Task A_stopped_process_is_alive_until_it_is_killed()
    {
        var process = shell.Start("exec sleep 600");
        process.Send(Signal.Stop);
        await Until.TrueAsync(() => ProcessStat.Read(process.Pid)?.State == 'T', "it is stopped");
        Assert.False(process.Exited.IsCompleted);
        process.Send(Signal.Continue);
        await Until.TrueAsync(() => ProcessStat.Read(process.Pid)?.State == 'S', "it goes on");
        process.Send(Signal.Stop);
        process.Send(Signal.Kill);
        Assert.Equal(new(null, (int)Signal.Kill), await Until.DoneAsync(process.Exited));
    }

    [Fact]
    public async Task Starting_and_exiting_leaves_no_descriptor_behind()
    {
        await shell.RunAsync("exit 0");
        for (var i = 0; i < 20; i++)
        {
            var process = OsProcess.Start(new("/bin/sh", ["-c", "exit 0"]));
            await Until.DoneAsync(process.Exited);
            Assert.DoesNotContain(PidfdsOf(process.Pid), _ => true);
        }
    }

    [Fact]
    public async Task A_running_child_of_ours_is_adopted_as_itself()
    {
        var process = shell.Start("sleep 600");
        Assert.Same(process, OsProcess.TryAdopt(process.Identity));
        process.TrySendToGroup(Signal.Kill);
        await Until.DoneAsync(process.Exited);
        Assert.Null(OsProcess.TryAdopt(process.Identity));
    }

    [Fact]
    public async Task A_process_that_is_not_our_child_can_be_adopted_signalled_and_its_end_is_seen()
    {
        // The inner shell leads its own session and outlives the outer one, as a worker outlives its orchestrator.
        await shell.RunAsync(
            $"setsid sh -c 'echo inner $$; exec sleep 600' & until grep -q inner '{shell.Log}'; do sleep 0.01; done; exit 0");
        var pid = await shell.PidAsync("inner ");
        await Until.TrueAsync(() => ProcessStat.Read(pid)?.Group == pid, "it leads its group");
        var adopted = OsProcess.TryAdopt(ProcessIdentity.Of(pid)!);
        Assert.NotNull(adopted);
        Assert.False(adopted.Exited.IsCompleted);
        adopted.TrySendToGroup(Signal.Terminate);
        var status = await Until.DoneAsync(adopted.Exited);
        Assert.True(status == ExitStatus.Unknown || status == new ExitStatus(null, (int)Signal.Terminate), status.ToString());
        Assert.False(Shell.IsAlive(pid));
    }

    [Fact]
    public void A_process_with_another_start_time_or_boot_is_not_adopted()
    {
        var process = shell.Start("sleep 600");
        Assert.Null(OsProcess.TryAdopt(process.Identity with { StartTime = process.Identity.StartTime + 1 }));
        Assert.Null(OsProcess.TryAdopt(process.Identity with { BootId = "another" }));
        Assert.False(process.Exited.IsCompleted);
    }

    private static IEnumerable<string> PidfdsOf(int pid) => Directory.EnumerateFiles("/proc/self/fdinfo").Where(path =>
    {
        try
        {
            return File.ReadLines(path).Any(line =>
                line.StartsWith("Pid:", StringComparison.Ordinal)
                && line[4..].Trim() == pid.ToString(CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return false;
        }
    });
}
