using System.Text.Json;
using System.Text.Json.Nodes;
using Steelyard.Records;
using Steelyard.Sessions;

namespace Steelyard.Tests.Unit.Sessions;

public sealed class SessionRecordsTests : IDisposable
{
    private static readonly SessionRecord Record = new(
        new(Guid.NewGuid()),
        "\"a\\u0062\""u8.ToArray(),
        new("""{"user":"alice"}"""u8.ToArray(), new(TimeSpan.FromSeconds(60), TimeSpan.FromHours(1)))
        {
            Holder = "team",
            Setup = "{}"u8.ToArray(),
            ChosenId = new SessionId(Guid.NewGuid()),
            Fingerprint = "f1",
            Metadata = new Dictionary<string, string> { ["job"] = "\"7\" ✓" },
            Facts = """{"timeout":1}""",
            Patience = TimeSpan.FromSeconds(3),
        },
        new(2030, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)),
        12_345_678_901,
        3);

    private readonly TemporaryFolder folder = new();
    private readonly WorkerDirectory directory;

    public SessionRecordsTests()
    {
        directory = new(folder.At("w1"), 1024);
        directory.Create();
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_was_written_is_read_again()
    {
        var read = Read(Written())!;
        var (was, got) = (Record.Request, read.Request);
        Assert.Equal(Record.WorkerSessionId, read.WorkerSessionId);
        Assert.Equal(was.Body.ToArray(), got.Body.ToArray());
        Assert.Equal(was.Setup.ToArray(), got.Setup.ToArray());
        Assert.Equal(was.Metadata, got.Metadata);
        Assert.Equal(was with { Body = default, Setup = default, Metadata = got.Metadata }, got.WithoutPayload());
        Assert.Equal(Record with { WorkerSessionId = read.WorkerSessionId, Request = got }, read);
    }

    [Theory]
    [InlineData("Holder")]
    [InlineData("Setup")]
    [InlineData("ChosenId")]
    [InlineData("Fingerprint")]
    [InlineData("Metadata")]
    [InlineData("Facts")]
    [InlineData("Patience")]
    public void What_an_older_orchestrator_did_not_write_is_as_if_nobody_had_asked_for_it(string field)
    {
        var json = Written();
        Assert.True(json["Request"]!.AsObject().Remove(field));
        var read = Read(json)!.Request;
        var absent = new SessionRequest(default, default);
        var property = typeof(SessionRequest).GetProperty(field)!;
        Assert.Equal(property.GetValue(absent), property.GetValue(read));
    }

    [Theory]
    [InlineData("WorkerSessionId")]
    [InlineData("Request")]
    public void Without_what_it_needs_it_cannot_be_read(string field)
    {
        var json = Written();
        Assert.True(json.AsObject().Remove(field));
        Assert.Null(Read(json));
    }

    [Fact]
    public void None_is_none() => Assert.Null(SessionRecordStore.TryRead(directory));

    private static JsonNode Written() => JsonSerializer.SerializeToNode(Record, SessionRecordJson.Default.SessionRecord)!;

    private SessionRecord? Read(JsonNode json)
    {
        File.WriteAllText(directory.SessionRecordPath, json.ToJsonString());
        return SessionRecordStore.TryRead(directory);
    }
}
