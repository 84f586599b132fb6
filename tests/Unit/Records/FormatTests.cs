using System.Text;
using Steelyard.Records;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Tests.Unit.Records;

/// <summary>
/// The form of everything that the next orchestrator reads, written out. A change here means that another version cannot read what this
/// one has written, or the other way round: keep reading the old form, raise the format of the run directory if an earlier version cannot
/// read the new one, and run <c>make upgrade</c>.
/// </summary>
public sealed class FormatTests : IDisposable
{
    private const string Worker =
        """{"Process":{"Pid":31495,"StartTime":1819274,"BootId":"55b2","Exists":false},"Port":27400,"Restarts":0,"Kind":1,"Program":"p"}""";

    private static readonly string Session = """
        {"Id":{"Value":"00003fdf-120f-8f1e-80d0-1138bdb7b35a","Node":0},"WorkerSessionId":"IjlkIg==",
        "Request":{"Body":"eyJ3b3JkIjoiw6QifQ==","Clock":{"Ttl":"00:01:00","MaxAge":null},"Holder":null,"Setup":"","ChosenId":null,
        "Fingerprint":"","Metadata":{"job":"x"},"Facts":"{}","Patience":"00:00:30"},
        "CreatedAt":"2026-11-29T11:20:11.5076363+00:00","Created":18195209362305,"Restarts":0,"Boot":"55b2","WaitingAt":null}
        """.ReplaceLineEndings("");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_record_of_a_worker()
    {
        var record = new WorkerRecord(new(31495, 1819274, "55b2"), 27400, 0, WorkerKind.Simulated, "p");
        Assert.Equal(record, WorkerRecord.TryRead(folder.Write("old.json", Worker)));
        record.Write(folder.At("new.json"));
        Assert.Equal(Worker, File.ReadAllText(folder.At("new.json")));
    }

    [Fact]
    public void The_record_of_a_session()
    {
        var directory = new WorkerDirectory(folder.At("w1"), 1024);
        directory.Create();
        File.WriteAllText(directory.SessionRecordPath, Session);
        var record = SessionRecordStore.TryRead(directory)!;
        Assert.Equal("00003fdf-120f-8f1e-80d0-1138bdb7b35a", record.Id.ToString());
        Assert.Equal("""{"word":"ä"}""", Encoding.UTF8.GetString(record.Request.Body.Span));
        Assert.Equal(Session, System.Text.Json.JsonSerializer.Serialize(record, SessionRecordJson.Default.SessionRecord));
    }

    [Fact]
    public void The_entry_of_a_session_in_the_ledger()
    {
        using var directory = new RunDirectory(folder.At("run"), maxLogBytes: 1);
        using (var ledger = new SessionLedger(directory))
            ledger[20000].Begin(new(new Guid("00003fdf-120f-8f1e-80d0-1138bdb7b35a")), lastActive: 0x0102030405060708, open: 9);
        var bytes = File.ReadAllBytes(folder.At("run/ledger"));
        Assert.Equal((ushort.MaxValue + 1 + 4096) * 32, bytes.Length);
        Assert.Equal(
            "DF3F00000F121E8F80D01138BDB7B35A" + "0807060504030201" + "09000000" + "00000000", Convert.ToHexString(bytes, 20000 * 32, 32));
    }

    [Fact]
    public void A_folder_that_a_later_version_has_used_is_refused_in_one_line()
    {
        new RunDirectory(folder.At("run"), maxLogBytes: 1).Dispose();
        folder.Write("run/format", "1\n");
        new RunDirectory(folder.At("run"), maxLogBytes: 1).Dispose();
        foreach (var format in new[] { "2", "2.1", "99999999999" })
        {
            folder.Write("run/format", format + "\n");
            var refusal = Assert.Throws<RunDirectoryException>(() => new RunDirectory(folder.At("run"), maxLogBytes: 1));
            Assert.Contains($"its format is {format}, and this version knows 1", refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refusal.Message);
        }

        File.Delete(folder.At("run/format"));
        new RunDirectory(folder.At("run"), maxLogBytes: 1).Dispose(); // The refusals have freed the lock.
    }
}
