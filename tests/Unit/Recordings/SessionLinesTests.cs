using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Steelyard.Events;
using Steelyard.Recordings;
using Steelyard.Records;
using Steelyard.Settings;

namespace Steelyard.Tests.Unit.Recordings;

public sealed class SessionLinesTests : IDisposable
{
    private static readonly Guid Session = Guid.Parse("00003fdf-120f-8f1e-80d0-1138bdb7b35a");
    private static readonly WorkerName Worker = new("w1", 4711, 20001);

    private readonly TemporaryFolder folder = new();
    private readonly RunDirectory directory;
    private readonly RecordingStore store;
    private readonly SessionLines lines;

    public SessionLinesTests()
    {
        directory = new(folder.At("run"), 1024);
        store = new(directory, new Options(), NullLogger<RecordingStore>.Instance);
        lines = new(store, new FakeTimeProvider(), NullLogger<SessionLines>.Instance);
    }

    public void Dispose()
    {
        directory.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_session_has_its_events_until_its_end_and_then_they_have_moved()
    {
        lines.Take(Created(isRecorded: true));
        lines.Take(new ClientAttached(Session, null));
        lines.Take(new WorkerStarted(Worker));
        lines.Write();
        Assert.Equal(["session.created", "session.attached"], Types());
        lines.Take(Ended());
        lines.Write();
        Assert.Equal(["session.created", "session.attached", "session.ended"], Types());
        Assert.StartsWith(store.Arrived, store.PartsOf(Session.ToString(), null).Single().Path, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(folder.At("run/timelines")));
    }

    [Fact]
    public void A_session_that_is_not_recorded_has_none()
    {
        lines.Take(Created(isRecorded: false));
        lines.Take(new ClientAttached(Session, null));
        lines.Take(Ended());
        lines.Write();
        Assert.Empty(store.PartsOf(Session.ToString(), null));
    }

    [Fact]
    public void A_client_that_attaches_for_ever_does_not_fill_the_disk()
    {
        lines.Take(Created(isRecorded: true));
        for (var i = 0; i < 6000; i++)
            lines.Take(new ClientAttached(Session, null));
        lines.Write();
        Assert.Equal(0, lines.Dropped);
        Assert.InRange(new FileInfo(folder.At($"run/timelines/{Session}/node/events.jsonl")).Length, 256 * 1024, 257 * 1024);
        lines.Take(Ended());
        lines.Write();
        Assert.Equal("session.ended", new RecordingReader(null).Read(store.PartsOf(Session.ToString(), null), 10_000)[^1].Type);
    }

    [Fact]
    public void What_cannot_be_written_is_counted()
    {
        File.WriteAllText(folder.At("run/timelines"), "");
        lines.Take(Created(isRecorded: true));
        lines.Write();
        Assert.Equal(1, lines.Dropped);
    }

    private static SessionCreated Created(bool isRecorded) => new(Session, null, Worker, TimeSpan.Zero, isRecorded);

    private static SessionEnded Ended() => new(Session, null, Worker, "deleted", "by its client", null, TimeSpan.FromSeconds(1), null);

    private List<string> Types() =>
        [.. new RecordingReader(null).Read(store.PartsOf(Session.ToString(), null), 100).Select(e => e.Type)];
}
