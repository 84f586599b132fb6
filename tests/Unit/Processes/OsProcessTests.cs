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
    public async Task No_signal_is_blocked_or_ignored_in_a_child()
    {
        Assert.Equal(new(0, null), await shell.RunAsync("grep -E '^Sig(Blk|Ign)' /proc/self/status"));
        var lines = shell.Output().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);

        // The C library keeps signals 32 and 33 for itself, and ignores them in every child it spawns.
        const ulong ofTheLibrary = 0x1_8000_0000;
        Assert.All(
            lines,
            line => Assert.Equal(
                0UL,
                ulong.Parse(line.Split('\t')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) & ~ofTheLibrary));
    }

    [Fact]
    public void A_program_that_is_not_there_cannot_be_started_and_the_message_says_which_and_why()
    {
        var e = Assert.Throws<ProcessStartException>(() => OsProcess.Start(new("/no/such/program", [])));
        Assert.Contains("/no/such/program", e.Message, StringComparison.Ordinal);
        Assert.Contains("No such file", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_may_not_be_run_cannot_be_started_and_the_message_says_so()
    {
        File.WriteAllText(shell.At("plain"), "#!/bin/sh\n");
        File.SetUnixFileMode(shell.At("plain"), UnixFileMode.UserRead);
        Assert.Contains(
            "ermission",
            Assert.Throws<ProcessStartException>(() => OsProcess.Start(new(shell.At("plain"), []))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_or_a_name_alone_cannot_be_started()
    {
        Assert.Throws<ProcessStartException>(() => OsProcess.Start(new("/tmp", [])));
        Assert.Throws<ProcessStartException>(() => OsProcess.Start(new("sh", ["-c", "exit 0"])));
    }

    [Fact]
    public async Task Arguments_arrive_as_they_are()
    {
        string[] arguments = ["", "a b", "'\"$HOME`*", "é🙂", "-n", "line\nbreak"];
        var process = shell.Start(
            new ProcessSpec("/bin/sh", ["-c", "for a; do printf '<%s>' \"$a\"; done", "sh", .. arguments]) { LogPath = shell.Log });
        await Until.DoneAsync(process.Exited);
        Assert.Equal(string.Concat(arguments.Select(argument => $"<{argument}>")), shell.Output());
    }

    [Fact]
    public async Task The_environment_is_ours_with_changes_laid_over_it()
    {
        var spec = shell.Spec("echo \"new=$STEELYARD_TEST_NEW path=$PATH home=${HOME-unset}\"") with
        {
            Environment = new Dictionary<string, string?> { ["STEELYARD_TEST_NEW"] = "a=b c", ["HOME"] = null },
        };
        await Until.DoneAsync(shell.Start(spec).Exited);
        Assert.Equal($"new=a=b c path={Environment.GetEnvironmentVariable("PATH")} home=unset\n", shell.Output());
    }

    [Fact]
    public async Task Output_of_both_kinds_is_appended_to_the_log_which_its_owner_alone_may_read()
    {
        await shell.RunAsync("echo one; echo two >&2");
        await shell.RunAsync("echo three");
        Assert.Equal("one\ntwo\nthree\n", shell.Output());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(shell.Log));
    }

    [Fact]
    public async Task A_nice_process_and_what_it_starts_are_nice_and_this_program_and_its_other_processes_are_not()
    {
        await Until.DoneAsync(shell.Start(shell.Spec("nice; sh -c nice")).Exited);
        var ours = int.Parse(shell.Output().Split('\n')[0], CultureInfo.InvariantCulture);
        await Until.DoneAsync(shell.Start(shell.Spec("nice; sh -c nice") with { Nice = 4 }).Exited);
        await Until.DoneAsync(shell.Start(shell.Spec("nice")).Exited);
        Assert.Equal($"{ours}\n{ours}\n{ours + 4}\n{ours + 4}\n{ours}\n", shell.Output());
    }

    [Fact]
    public async Task There_is_nothing_to_read_on_its_standard_input()
    {
        Assert.Equal(new(0, null), await shell.RunAsync("cat; readlink /proc/$$/fd/0"));
        Assert.Equal("/dev/null\n", shell.Output());
    }

    [Fact]
    public async Task Inherited_handles_become_3_and_4_in_their_order()
    {
        await File.WriteAllTextAsync(shell.At("first"), "first\n");
        await File.WriteAllTextAsync(shell.At("second"), "second\n");
        using var first = File.OpenHandle(shell.At("first"));
        using var second = File.OpenHandle(shell.At("second"));
        await Until.DoneAsync(shell.Start(shell.Spec("cat <&3; cat <&4") with { InheritedHandles = [first, second] }).Exited);
        Assert.Equal("first\nsecond\n", shell.Output());
        Assert.False(first.IsClosed);
    }

    [Fact]
    public async Task No_other_descriptor_of_ours_is_inherited()
    {
        using var secret = File.Open(shell.At("secret"), FileMode.Create);
        using var given = File.OpenHandle(shell.At("given"), FileMode.Create, FileAccess.ReadWrite);
        await Until.DoneAsync(shell.Start(
            shell.Spec("for f in /proc/$$/fd/*; do readlink $f; done; echo done") with { InheritedHandles = [given] }).Exited);
        Assert.Contains(shell.At("given"), shell.Output(), StringComparison.Ordinal);
        Assert.DoesNotContain(shell.At("secret"), shell.Output(), StringComparison.Ordinal);
        Assert.DoesNotContain("socket:", shell.Output(), StringComparison.Ordinal);
        Assert.DoesNotContain("anon_inode:", shell.Output(), StringComparison.Ordinal);
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
