using Microsoft.Extensions.Time.Testing;
using SteelBrowser.Recording;
using Steelyard.Processes;

namespace Steelyard.Tests.Unit.BundledWorker;

public sealed class ConsoleLinesTests
{
    private const string Head = "[4711:4711:1130/031544.123456:INFO:CONSOLE:7] \"";

    [Fact]
    public void A_message_is_found_among_other_output()
    {
        Assert.Equal(
            [new("hello \"you\"", "http://a.test/x.js (1).js", 7), new("two\nlines", "", 0)],
            Find(
                "DevTools listening on ws://127.0.0.1:1/devtools/browser/1",
                Head + "hello \"you\"\", source: http://a.test/x.js (1).js (7)",
                "[4711:4711:1130/031544.123456:ERROR:dbus/bus.cc:408] Failed",
                Head + "two",
                "lines\", source:  (0)",
                "lines\", source:  (0)"));
    }

    [Fact]
    public void An_error_that_the_page_did_not_catch_is_one()
    {
        Assert.True(Find(Head + "Uncaught Error: boom\", source: http://a.test/ (3)").Single().IsError);
        Assert.False(Find(Head + "fine\", source: http://a.test/ (3)").Single().IsError);
    }

    [Fact]
    public void A_message_without_an_end_gives_way_to_the_next_one()
    {
        Assert.Equal([new("b", "s", 1)], Find(Head + "a", Head + "b\", source: s (1)"));
    }

    [Fact]
    public void A_long_message_is_cut()
    {
        var message = Find([Head + "a", .. Enumerable.Repeat(new string('b', 100), 1000), "\", source: s (1)"]).Single();
        Assert.InRange(message.Text.Length, 2000, 2200);
    }

    [Fact]
    public async Task The_output_is_followed_from_its_end_on_and_while_it_is_emptied()
    {
        using var folder = new TemporaryFolder();
        var time = new FakeTimeProvider();
        var output = new CappedLog(folder.At("log"), 1000);
        File.WriteAllText(output.Path, Head + "before\", source: s (1)\n");
        List<string> found = [];
        await using (var tail = new ConsoleTail(output, message => found.Add(message.Text), time))
        {
            File.AppendAllText(output.Path, Head + "first\", sour");
            await Until.TrueAsync(() => Pass() && found.Count == 0, "half a line is no message");
            File.AppendAllText(output.Path, "ce: s (1)\n");
            await Until.TrueAsync(() => Pass() && found.Count == 1, "the first message");
            File.AppendAllText(output.Path, new string('x', 1000) + "\n");
            await Until.TrueAsync(() => Pass() && new FileInfo(output.Path).Length == 0, "the output is emptied");
            File.AppendAllText(output.Path, Head + "second\", source: s (1)\n");
            await Until.TrueAsync(() => Pass() && found.Count == 2, "the second message");
            File.AppendAllText(output.Path, Head + "last\", source: s (1)\n");
        }

        Assert.Equal(["first", "second", "last"], found);

        bool Pass()
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return true;
        }
    }

    private static List<ConsoleMessage> Find(params string[] lines)
    {
        List<ConsoleMessage> found = [];
        var reader = new ConsoleLines(found.Add);
        foreach (var line in lines)
            reader.Add(line);
        return found;
    }
}
