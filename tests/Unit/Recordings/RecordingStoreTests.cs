using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Steelyard.Contract;
using Steelyard.Recordings;
using Steelyard.Records;
using Steelyard.Settings;

namespace Steelyard.Tests.Unit.Recordings;

public sealed class RecordingStoreTests : IAsyncDisposable
{
    private const string Session = "00003fdf-120f-8f1e-80d0-1138bdb7b35a";

    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new(TimeProvider.System.GetUtcNow());
    private readonly RunDirectory directory;
    private readonly CancellationTokenSource end = new();
    private Task loop = Task.CompletedTask;

    public RecordingStoreTests() => directory = new(folder.At("run"), 1024);

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        directory.Dispose();
        end.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_recording_outlives_its_worker_and_moves_to_the_disk_of_the_history()
    {
        var store = Start(new() { DataDirectory = folder.At("data") });
        var worker = Worker("w1", "{}");
        Assert.Equal(["w1"], store.PartsOf(Session, worker).Select(part => part.Name));
        store.Collect(worker);
        worker.Delete();
        Assert.Equal(["w1"], store.PartsOf(Session, null).Select(part => part.Name));
        await PassAsync(() => Directory.Exists(folder.At($"data/recordings/{Session}/w1"))
            && !Directory.Exists(folder.At($"run/recordings/{Session}")));
        var part = store.PartsOf(Session, null).Single();
        Assert.Equal("{}", File.ReadAllText(Path.Combine(part.Path, RecordingNames.Events)));
        Assert.Equal("picture", Picture(part));
    }

    [Fact]
    public void Without_a_history_recordings_stay_in_the_run_directory()
    {
        var store = Start(new() { History = false, DataDirectory = folder.At("data") });
        var worker = Worker("w1", "{}");
        store.Collect(worker);
        Assert.StartsWith(folder.At("run"), store.PartsOf(Session, null).Single().Path, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.At("data")));
    }

    [Fact]
    public void A_session_that_takes_an_id_again_gets_nothing_of_the_one_before()
    {
        var store = Start(new());
        store.Collect(Worker("w1", "of another holder"));
        var now = Worker("w2", "{}");
        store.Forget(Session);
        Assert.Equal(["w2"], store.PartsOf(Session, now).Select(part => part.Name));
    }

    [Fact]
    public void A_worker_can_lead_nobody_elsewhere_with_a_link()
    {
        var store = Start(new());
        var worker = Worker("w1", "{}");
        var recordings = Path.Combine(worker.Path, RecordingNames.Folder);
        File.Delete(Path.Combine(recordings, Session, RecordingNames.Frames, "0001.jpg"));
        File.CreateSymbolicLink(Path.Combine(recordings, Session, RecordingNames.Frames, "0001.jpg"), "/etc/passwd");
        Directory.CreateSymbolicLink(Path.Combine(recordings, Guid.NewGuid().ToString()), "/etc");
        store.Collect(worker);
        Assert.Null(store.PartsOf(Session, null).Single().OpenFrame("0001.jpg"));
        Assert.Single(Directory.GetDirectories(store.Arrived));
    }

    [Fact]
    public async Task What_cannot_be_moved_stays_and_the_others_are_moved()
    {
        var data = Directory.CreateDirectory(folder.At("data/recordings")).FullName;
        File.WriteAllText(Path.Combine(data, Session), "in the way");
        var store = Start(new() { DataDirectory = folder.At("data") });
        var other = Guid.NewGuid().ToString();
        store.Collect(Worker("w1", "{}"));
        store.Collect(Worker("w2", "{}", other));
        await PassAsync(() => Directory.Exists(Path.Combine(data, other, "w2")));
        Assert.Equal(["w1"], store.PartsOf(Session, null).Select(part => part.Name));
    }

    [Fact]
    public async Task The_part_of_a_session_that_is_gone_is_closed()
    {
        var store = Start(new());
        store.Begin(Session, null);
        store.Append(Session, "{}\n"u8, always: false);
        Directory.SetLastWriteTimeUtc(Path.Combine(store.Current, Session), time.GetUtcNow().UtcDateTime.AddMinutes(-2));
        await PassAsync(() => Directory.Exists(Path.Combine(store.Arrived, Session, RecordingStore.OwnPart)));
    }

    [Fact]
    public void The_holder_can_delete_it()
    {
        var store = Start(new());
        store.Collect(Worker("w1", "{}"));
        store.Delete(Session);
        Assert.Empty(store.PartsOf(Session, null));
        store.Delete(Session);
    }

    [Fact]
    public async Task The_oldest_are_deleted_when_they_have_no_room()
    {
        var store = Start(new() { DataDirectory = folder.At("data"), RecordSpace = 12_000 });
        var first = Worker("w1", new string('a', 1000));
        store.Collect(first);
        await PassAsync(() => Directory.Exists(folder.At($"data/recordings/{Session}/w1")));
        Directory.SetLastWriteTimeUtc(folder.At($"data/recordings/{Session}"), time.GetUtcNow().UtcDateTime.AddHours(-1));
        var other = Guid.NewGuid().ToString();
        store.Collect(Worker("w2", new string('b', 1000), other));
        await PassAsync(() => !Directory.Exists(folder.At($"data/recordings/{Session}")));
        Assert.NotEmpty(store.PartsOf(other, null));
    }

    [Fact]
    public async Task A_key_that_has_no_room_loses_its_oldest_and_no_other_loses_one()
    {
        // The part of the node takes two blocks: its lines, and the name of the key. That of the second takes three. Without it the third
        // would have room, but the oldest go first.
        var store = Start(new() { DataDirectory = folder.At("data"), KeyRecordSpace = 4 * 4096 });
        var sessions = Enumerable.Range(1, 4)
            .Select(hours => (Id: Guid.NewGuid().ToString(), Key: hours == 4 ? "other" : "team", Hours: hours)).ToList();
        foreach (var (id, key, hours) in Enumerable.Reverse(sessions))
        {
            store.Begin(id, key);
            store.Append(id, Encoding.UTF8.GetBytes(new string(' ', hours == 2 ? 5000 : 1) + "{}\n"), always: true);
            store.Close(id);
            await PassAsync(() => Directory.Exists(folder.At($"data/recordings/{id}/{RecordingStore.OwnPart}")));
            Directory.SetLastWriteTimeUtc(folder.At($"data/recordings/{id}"), time.GetUtcNow().UtcDateTime.AddHours(-hours));
        }

        await PassAsync(() => sessions[1..3].TrueForAll(each => store.PartsOf(each.Id, null).Count == 0));
        Assert.Equal([true, false, false, true], sessions.Select(each => store.PartsOf(each.Id, null).Count > 0));
    }

    [Fact]
    public async Task Those_of_a_great_age_are_deleted()
    {
        var store = Start(new() { DataDirectory = folder.At("data"), RecordAge = TimeSpan.FromHours(1) });
        store.Collect(Worker("w1", "{}"));
        await PassAsync(() => Directory.Exists(folder.At($"data/recordings/{Session}/w1")));
        Directory.SetLastWriteTimeUtc(folder.At($"data/recordings/{Session}"), time.GetUtcNow().UtcDateTime.AddHours(-2));
        await PassAsync(() => store.PartsOf(Session, null).Count == 0);
    }

    private static string Picture(RecordingPart part)
    {
        using var reader = new StreamReader(part.OpenFrame("0001.jpg")!);
        return reader.ReadToEnd();
    }

    private RecordingStore Start(Options options)
    {
        var store = new RecordingStore(directory, options, NullLogger<RecordingStore>.Instance);
        var lines = new SessionLines(store, time, NullLogger<SessionLines>.Instance);
        loop = new RecordingKeeper(store, lines, _ => false, options, time, NullLogger<RecordingKeeper>.Instance).RunAsync(end.Token);
        return store;
    }

    private WorkerDirectory Worker(string id, string events, string session = Session)
    {
        var worker = directory.For(id);
        var recording = Path.Combine(worker.Path, RecordingNames.Folder, session);
        Directory.CreateDirectory(Path.Combine(recording, RecordingNames.Frames));
        File.WriteAllText(Path.Combine(recording, RecordingNames.Events), events);
        File.WriteAllText(Path.Combine(recording, RecordingNames.Frames, "0001.jpg"), "picture");
        return worker;
    }

    private Task PassAsync(Func<bool> condition) => Until.TrueAsync(
        () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return condition();
        },
        "what is waited for");
}
