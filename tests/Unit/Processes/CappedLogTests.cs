using Steelyard.Processes;

namespace Steelyard.Tests.Unit.Processes;

public sealed class CappedLogTests : IDisposable
{
    private readonly Shell shell = new();

    public void Dispose() => shell.Dispose();

    [Fact]
    public void A_file_that_is_not_there_has_no_tail_and_needs_no_trim()
    {
        var log = new CappedLog(shell.Log, 10);
        log.Trim();
        Assert.Equal("", log.Tail());
        Assert.False(File.Exists(shell.Log));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(10, 10)]
    [InlineData(11, 0)]
    public void A_trim_empties_what_has_outgrown_its_cap_and_nothing_else(int size, int left)
    {
        File.WriteAllText(shell.Log, new string('x', size));
        new CappedLog(shell.Log, 10).Trim();
        Assert.Equal(left, new FileInfo(shell.Log).Length);
    }

    [Fact]
    public void The_tail_is_the_whole_of_a_short_file_without_blank_ends()
    {
        File.WriteAllText(shell.Log, "\none\ntwo é\n\n");
        Assert.Equal("one\ntwo é", new CappedLog(shell.Log, 10).Tail());
    }

    [Fact]
    public void The_tail_of_a_long_file_is_its_last_two_kibibytes()
    {
        File.WriteAllText(shell.Log, new string('a', 5000) + new string('b', 2047) + "c");
        Assert.Equal(new string('b', 2047) + "c", new CappedLog(shell.Log, 10).Tail());
    }

    [Fact]
    public void A_tail_that_begins_within_a_character_or_is_no_text_at_all_does_not_break()
    {
        File.WriteAllText(shell.Log, string.Concat(Enumerable.Repeat("🙂", 1000)) + "x");
        Assert.EndsWith("🙂x", new CappedLog(shell.Log, 10).Tail(), StringComparison.Ordinal);
        File.WriteAllBytes(shell.Log, [.. Enumerable.Range(0, 3000).Select(i => (byte)i)]);
        Assert.NotEmpty(new CappedLog(shell.Log, 10).Tail());
    }

    [Fact]
    public async Task A_child_goes_on_writing_at_the_new_end_after_a_trim()
    {
        var process = shell.Start("echo a long first line; until [ -e \"" + shell.At("go") + "\" ]; do sleep 0.01; done; echo second");
        await shell.LineAsync("a long first line");
        var log = new CappedLog(shell.Log, 5);
        log.Trim();
        Assert.Equal(0, new FileInfo(shell.Log).Length);
        await File.WriteAllTextAsync(shell.At("go"), "");
        await Until.DoneAsync(process.Exited);
        Assert.Equal("second\n", shell.Output());
        Assert.Equal("second", log.Tail());
    }
}
