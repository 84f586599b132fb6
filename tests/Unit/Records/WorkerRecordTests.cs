using Steelyard.Records;
using Steelyard.Settings;

namespace Steelyard.Tests.Unit.Records;

public sealed class WorkerRecordTests : IDisposable
{
    private static readonly WorkerRecord Record =
        new(new(4711, 123456789012, "0b7e-boot"), 20001, 3, WorkerKind.Chromium, "1 /opt/steel-browser --mode chromium");
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_record_reads_back_as_it_was_written()
    {
        Record.Write(folder.At("worker.json"));
        Assert.Equal(Record, WorkerRecord.TryRead(folder.At("worker.json")));
    }

    [Fact]
    public void A_second_write_replaces_the_first_and_leaves_no_other_file()
    {
        Record.Write(folder.At("worker.json"));
        var second = Record with { Port = 20002 };
        second.Write(folder.At("worker.json"));
        Assert.Equal(second, WorkerRecord.TryRead(folder.At("worker.json")));
        Assert.Equal([folder.At("worker.json")], Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void A_record_cut_off_anywhere_is_none()
    {
        Record.Write(folder.At("whole"));
        var whole = File.ReadAllBytes(folder.At("whole"));
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(folder.At("cut"), whole[..length]);
            Assert.Null(WorkerRecord.TryRead(folder.At("cut")));
        }
    }

    [Theory]
    [InlineData("rubbish")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("""{"Port":1}""")]
    [InlineData("""{"Process":null,"Port":1}""")]
    [InlineData("""{"Process":{},"Port":1}""")]
    [InlineData("""{"Process":{"Pid":1,"StartTime":2},"Port":1}""")]
    [InlineData("""{"Process":{"Pid":1,"StartTime":2,"BootId":null},"Port":1}""")]
    [InlineData("""{"Process":{"Pid":1,"StartTime":2,"BootId":"b"},"Port":1,"Restarts":0,"Kind":0,"Program":"p"}""")]
    [InlineData("""{"Process":{"Pid":4711,"StartTime":2,"BootId":"b"},"Port":0,"Restarts":0,"Kind":0,"Program":"p"}""")]
    [InlineData("""{"Process":{"Pid":4711,"StartTime":2,"BootId":"b"},"Port":20001,"Restarts":0,"Kind":0}""")]
    [InlineData("""{"Process":{"Pid":"one","StartTime":2,"BootId":"b"},"Port":1}""")]
    [InlineData("""{"Process":{"Pid":99999999999,"StartTime":2,"BootId":"b"},"Port":1}""")]
    public void Rubbish_is_no_record(string text) => Assert.Null(WorkerRecord.TryRead(folder.Write("worker.json", text)));

    [Fact]
    public void A_file_that_is_not_there_is_no_record() => Assert.Null(WorkerRecord.TryRead(folder.At("none.json")));

    [Fact]
    public void A_folder_in_its_place_is_no_record() => Assert.Null(WorkerRecord.TryRead(folder.Root));

    [Fact]
    public void The_worker_folder_reads_its_record_and_goes_with_all_that_is_in_it()
    {
        var directory = new WorkerDirectory(folder.At("w1"), 1024);
        Assert.Null(directory.ReadRecord());
        directory.Create();
        Assert.Equal(RunDirectory.Mode, File.GetUnixFileMode(directory.Path));
        Assert.Equal(
            UnixFileMode.None,
            RunDirectory.Mode & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite));
        directory.WriteRecord(Record);
        Directory.CreateDirectory(folder.At("w1/profile/deep"));
        Assert.Equal(Record, directory.ReadRecord());
        directory.Delete();
        Assert.False(Directory.Exists(directory.Path));
        directory.Delete();
    }
}
