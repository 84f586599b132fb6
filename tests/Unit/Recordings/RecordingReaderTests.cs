using Steelyard.Contract;
using Steelyard.Recordings;

namespace Steelyard.Tests.Unit.Recordings;

public sealed class RecordingReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Parts_and_halves_are_one_list_by_time()
    {
        var parts = new[] { Part("w1"), Part("node") };
        Write(parts[0], RecordingNames.OldEvents, Line(0, at: 1), Line(1, at: 3));
        Write(parts[0], RecordingNames.Events, Line(2, at: 5));
        Write(parts[1], RecordingNames.Events, Line(7, at: 2), Line(8, at: 6));
        Assert.Equal(["w1.0", "node.7", "w1.1", "w1.2", "node.8"], Ids(parts, null, 100));
        Assert.Equal(["w1.0", "node.7"], Ids(parts, null, 2));
        Assert.Equal(["w1.1", "w1.2"], Ids(parts, "w1.0~node.7", 2));
        Assert.Equal(["node.8"], Ids(parts, "w1.2~node.7", 100));
        Assert.Empty(Ids(parts, "node.8~w1.2", 100));
        Assert.Equal(5, Ids(parts, "nonsense", 100).Count);
    }

    [Fact]
    public void A_reader_goes_on_where_it_was_also_while_parts_grow()
    {
        var parts = new[] { Part("w1"), Part("node") };
        Write(parts[0], RecordingNames.Events, Line(0, at: 1), Line(1, at: 2));
        var reader = new RecordingReader(null);
        Assert.Equal(["w1.0"], reader.Read(parts, 1).Select(Id));
        Assert.Equal("w1.0", reader.Place);
        Assert.Equal(["w1.1"], reader.Read(parts, 100).Select(Id));
        Assert.Empty(reader.Read(parts, 100));

        // The node writes late, and of a time that the reader has passed.
        Write(parts[1], RecordingNames.Events, Line(0, at: 1));
        Assert.Equal(["node.0"], reader.Read(parts, 100).Select(Id));
        Assert.Equal("w1.1~node.0", reader.Place);
        File.Move(Path.Combine(parts[0].Path, RecordingNames.Events), Path.Combine(parts[0].Path, RecordingNames.OldEvents));
        Write(parts[0], RecordingNames.Events, Line(2, at: 3));
        Assert.Equal(["w1.2"], reader.Read(parts, 100).Select(Id));
    }

    [Fact]
    public void A_part_that_has_moved_keeps_its_name()
    {
        var live = new RecordingPart("w1", Part("session").Path);
        Write(live, RecordingNames.Events, Line(0));
        Assert.Equal(["w1.0"], Ids([live], null, 100));
    }

    [Theory]
    [InlineData("{\"n\":1,\"at\":5,\"type\":\"request\"")] // without an end: the worker still writes it
    [InlineData("rubbish\n")]
    [InlineData("[]\n")]
    [InlineData("{\"n\":\"1\",\"at\":5,\"type\":\"request\"}\n")]
    [InlineData("{\"n\":1,\"at\":99999999999999999,\"type\":\"request\"}\n")]
    public void What_is_no_event_is_left_out(string text)
    {
        var part = Part("w1");
        File.WriteAllText(Path.Combine(part.Path, RecordingNames.Events), Line(0) + "\n" + text);
        Assert.Equal(["w1.0"], Ids([part], null, 100));
    }

    [Theory]
    [InlineData("../events.jsonl")]
    [InlineData("..")]
    [InlineData("none.jpg")]
    [InlineData("")]
    public void Only_pictures_can_be_fetched(string name)
    {
        var part = Part("w1");
        Write(part, RecordingNames.Events, Line(0));
        Directory.CreateDirectory(Path.Combine(part.Path, RecordingNames.Frames));
        File.WriteAllText(Path.Combine(part.Path, RecordingNames.Frames, "0001.jpg"), "");
        Assert.Null(part.OpenFrame(name));
        using var picture = part.OpenFrame("0001.jpg");
        Assert.NotNull(picture);
    }

    private RecordingPart Part(string name) => new(name, Directory.CreateDirectory(folder.At(name)).FullName);

    private static void Write(RecordingPart part, string file, params string[] lines) =>
        File.WriteAllLines(Path.Combine(part.Path, file), lines);

    private static string Line(int number, int at = 0) => $$"""{"n":{{number}},"at":{{1_800_000_000_000 + at}},"type":"request"}""";

    private static List<string> Ids(IReadOnlyList<RecordingPart> parts, string? place, int most) =>
        [.. new RecordingReader(place).Read(parts, most).Select(Id)];

    private static string Id(RecordedEvent e) => $"{e.Part}.{e.Number}";
}
