using System.Text;
using System.Text.Json;
using SteelBrowser.Faults;
using SteelBrowser.Http;
using SteelBrowser.Sessions;

namespace Steelyard.Tests.Unit.BundledWorker.Faults;

public sealed class FaultyReplyTests
{
    private static readonly StoredSession Session = StoredSession.Create("{\"id\":\"mine\"}"u8.ToArray(), DateTimeOffset.UnixEpoch);
    private static readonly Reply Created = Reply.Json(201, Session.Json) with { Location = "/sessions/" + Session.Id };

    [Fact]
    public void Another_id_is_one_of_the_same_form_and_changes_nothing_else()
    {
        var other = FaultyReply.WithOtherId(Created);
        var id = other.Location!["/sessions/".Length..];
        Assert.NotEqual(Session.Id, id);
        Assert.Equal(Text(Created).Replace(Session.Id, id, StringComparison.Ordinal), Text(other));
        Assert.Equal(Reply.NoContent, FaultyReply.WithOtherId(Reply.NoContent));
    }

    [Fact]
    public void A_lie_is_the_opposite_of_the_status()
    {
        Assert.Contains(
            "\"available\":true",
            Text(FaultyReply.Lie(Reply.Json(200, Encoding.ASCII.GetBytes($$"""{"available":false,"session_id":"{{Session.Id}}"}""")))),
            StringComparison.Ordinal);
        Assert.Contains(
            "\"available\":false",
            Text(FaultyReply.Lie(Reply.Json(200, """{"available":true,"session_id":null}"""u8.ToArray()))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Broken_replies_are_broken_in_their_own_way()
    {
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(Text(FaultyReply.BrokenJson(Created))));
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(Text(FaultyReply.Cut(Created))));
        using var without = JsonDocument.Parse(Text(FaultyReply.WithoutId(Created)));
        Assert.False(without.RootElement.TryGetProperty("id", out _));
    }

    private static string Text(Reply reply) => Encoding.UTF8.GetString(reply.Body.Span);
}
