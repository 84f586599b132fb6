using Microsoft.Extensions.Time.Testing;
using SteelBrowser.Recording;
using Steelyard.Contract;

namespace Steelyard.Tests.Unit.BundledWorker;

public sealed class EventLogTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Lines_are_numbered_and_all_written_at_the_end()
    {
        await using (var log = Open())
        {
            for (var i = 0; i < 3; i++)
                log.Add("request", json => json.WriteNumber("i", i));
        }

        Assert.Equal(3, Lines().Length);
        Assert.StartsWith("""{"n":2,"at":""", Lines()[2], StringComparison.Ordinal);
        Assert.EndsWith("""
            "type":"request","i":2}
            """, Lines()[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_one_goes_on_where_the_first_has_stopped()
    {
        await using (var log = Open())
            log.Add("a", _ => { });
        await using (var log = Open())
            log.Add("b", _ => { });
        Assert.StartsWith("""{"n":1,""", Lines()[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_oldest_lines_go_when_the_log_is_full()
    {
        await using (var log = Open(most: 20_000))
        {
            for (var round = 0; round < 20; round++)
            {
                for (var i = 0; i < 20; i++)
                    log.Add("request", json => json.WriteString("text", new string('a', 50)));
                var written = round;
                await Until.TrueAsync(
                    () =>
                    {
                        time.Advance(TimeSpan.FromMilliseconds(100));
                        return Lines() is { Length: > 0 } lines
                            && lines[^1].StartsWith($$"""{"n":{{(written * 20) + 19}},""", StringComparison.Ordinal);
                    },
                    "the lines are written");
            }
        }

        var size = Directory.GetFiles(folder.Root).Sum(file => new FileInfo(file).Length);
        Assert.InRange(size, 5_000, 20_000);
        Assert.StartsWith("""{"n":399,""", Lines()[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flood_is_dropped_and_leaves_a_gap_in_the_numbers()
    {
        await using (var log = Open())
        {
            for (var i = 0; i < 3000; i++)
                log.Add("request", json => json.WriteString("text", new string('a', 1000)));
        }

        Assert.InRange(Lines().Length, 500, 1500);
        await using (var log = Open())
            log.Add("after", _ => { });
        Assert.Contains("after", Lines()[^1], StringComparison.Ordinal);
    }

    private EventLog Open(long most = 4 << 20) => EventLog.Open(folder.Root, most, time);

    private string[] Lines() => File.Exists(folder.At(RecordingNames.Events)) ? File.ReadAllLines(folder.At(RecordingNames.Events)) : [];
}
