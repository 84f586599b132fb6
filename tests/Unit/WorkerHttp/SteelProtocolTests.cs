using System.Text;
using Steelyard.WorkerHttp;

namespace Steelyard.Tests.Unit.WorkerHttp;

public sealed class SteelProtocolTests
{
    [Theory]
    [InlineData("""{"sessions":[]}""", true)]
    [InlineData("""{"sessions":[{"status":"idle"},{"status":"released"}]}""", true)]
    [InlineData("""{"sessions":[{"status":"idle"},{"status":"live"}]}""", false)]
    [InlineData("""{"sessions":[{"id":"1"}]}""", false)]
    [InlineData("""{"sessions":{}}""", false)]
    [InlineData("""{"available":true,"session_id":null}""", false)]
    [InlineData("[]", false)]
    [InlineData("""{"sessions":[""", false)]
    [InlineData("", false)]
    public void Free_is_a_list_without_a_live_session(string status, bool free) =>
        Assert.Equal(free, WorkerProtocol.Steel.ReadStatus(Encoding.UTF8.GetBytes(status)) is { IsFree: true });

    [Theory]
    [InlineData("""{"status":"live"}""", false)]
    [InlineData("""{"status":"released"}""", true)]
    [InlineData("""{"id":"1"}""", true)]
    [InlineData("ok", true)]
    public void What_is_not_said_to_be_live_has_ended(string session, bool ended) =>
        Assert.Equal(ended, WorkerProtocol.Steel.SaysEnded(Encoding.UTF8.GetBytes(session)));

    [Theory]
    [InlineData(
        """{"dimensions":{"width":1},"userDataDir":"/etc","proxyUrl":null,"extra":{},"sessionId":"a"}""",
        """{"dimensions":{"width":1},"sessionId":"a"}""")]
    [InlineData("{}", "{}")]
    [InlineData("[1]", "{}")]
    [InlineData("null", "{}")]
    public void A_create_passes_on_what_a_client_may_choose_and_nothing_else(string body, string sent) =>
        Assert.Equal(sent, Encoding.UTF8.GetString(WorkerProtocol.Steel.Create(Encoding.UTF8.GetBytes(body)).Body.Span));
}
