using System.Globalization;
using Steelyard.Processes;

namespace Steelyard.Tests.Unit.Processes;

/// <summary>How a process starts.</summary>
public sealed class SpawnTests : IDisposable
{
    private readonly Shell shell = new();

    public void Dispose() => shell.Dispose();

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
}
