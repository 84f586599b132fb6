using System.Text;
using Steelyard.Contract;

namespace Steelyard.Tests.Unit.Contract;

public sealed class WorkerStatusTests
{
    [Fact]
    public void What_is_written_is_read_again()
    {
        var on = new Guard(true, null);
        var isolation = new Isolation(on, new(false, "no \"root\""), on, on) { Readable = ["/usr", "/ä"] };
        var read = WorkerStatus.TryRead(new WorkerStatus(true, null, isolation).ToJson().Span)!;
        Assert.True(read.IsFree);
        Assert.Equal(isolation with { Readable = read.Isolation!.Readable }, read.Isolation);
        Assert.Equal(isolation.Readable, read.Isolation.Readable);
        Assert.Equal(new WorkerStatus(false, "id"), WorkerStatus.TryRead(new WorkerStatus(false, "id").ToJson().Span));
    }

    [Theory]
    [InlineData("""{"available":true,"session_id":7}""", "7")]
    [InlineData("""{"available":true,"session_id":{"session_id":null}}""", "")]
    [InlineData("""{"session_id":"first","session_id":null}""", "first")]
    [InlineData("""{"nested":{"session_id":"no"}}""", null)]
    public void A_session_is_named_whatever_its_id_is(string json, string? id) =>
        Assert.Equal(id, WorkerStatus.TryRead(Encoding.UTF8.GetBytes(json))!.SessionId);

    [Fact]
    public void A_text_that_cannot_be_read_hides_nothing_else()
    {
        const string On = """{"on":true,"why":"\ud800"}""";
        var status = WorkerStatus.TryRead(Encoding.UTF8.GetBytes(
            $$$"""
            {"available":true,"readable":["\ud800","/usr"],
            "isolation":{"sandbox":{{{On}}},"user":{{{On}}},"files":{{{On}}},"egress":{{{On}}} }}
            """))!;
        Assert.True(status.IsFree);
        Assert.Equal(new(true, null), status.Isolation!.User);
        Assert.Equal(["/usr"], status.Isolation.Readable);
    }

    [Theory]
    [InlineData("""{"isolation":{"sandbox":{"on":true,"why":null}}}""")]
    [InlineData("""{"isolation":{"sandbox":{"on":1},"user":{"on":1},"files":{"on":1},"egress":{"on":1}}}""")]
    [InlineData("""{"isolation":[]}""")]
    [InlineData("""{"isolation":null,"readable":["/"]}""")]
    public void A_report_that_lacks_a_guard_is_none(string json) =>
        Assert.Null(WorkerStatus.TryRead(Encoding.UTF8.GetBytes(json))!.Isolation);
}
