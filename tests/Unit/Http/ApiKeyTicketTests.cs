using System.Text;
using Microsoft.AspNetCore.Http;
using Steelyard.Http;
using Steelyard.Sessions;

namespace Steelyard.Tests.Unit.Http;

/// <summary>A ticket lets in where a key would, for the WebSocket of its session and for nothing else.</summary>
public sealed class ApiKeyTicketTests
{
    private static readonly SessionId Session = new(Guid.NewGuid());
    private static readonly Caller Alice = new("alice", IsOperator: false);
    private static readonly RedirectTickets Tickets = new(new byte[32], 0, () => TimeSpan.Zero);
    private static readonly string Ticket = Tickets.Issue(Session, Alice, 0, TimeSpan.Zero)!;

    [Theory]
    [InlineData("?steelyardTicket=T", "")]
    [InlineData("?a=1&steelyardTicket=T", "?a=1")]
    [InlineData("?steelyardTicket=T&a=1", "?a=1")]
    [InlineData("?a=1&steelyardTicket=T&b=2&apiKey=unknown&steelyardTicket=x", "?a=1&b=2")]
    public async Task It_lets_in_and_is_passed_on_to_nobody(string query, string left)
    {
        var (status, context) = await AskAsync(OfSession(Session, query));
        Assert.Equal((StatusCodes.Status200OK, left), (status, context.Request.QueryString.Value));
        Assert.Equal((Alice, true), (context.Caller(), context.IsRedirected()));
    }

    [Fact]
    public async Task It_lets_in_where_the_query_names_the_session()
    {
        var context = SocketRequest.Make("/", "/", null, $"?sessionId={Session}&steelyardTicket={Ticket}");
        Assert.Equal(StatusCodes.Status200OK, (await AskAsync(context)).Status);
        Assert.Equal($"?sessionId={Session}", context.Request.QueryString.Value);
    }

    [Fact]
    public async Task A_key_counts_more()
    {
        var context = OfSession(Session, "?steelyardTicket=T");
        context.Request.Headers["x-api-key"] = "key-b";
        await AskAsync(context);
        Assert.Equal("b", context.Caller().Name);
    }

    [Fact]
    public async Task It_lets_into_nothing_else()
    {
        var noSocket = OfSession(Session, "?steelyardTicket=T");
        noSocket.Request.Headers.Upgrade = default;
        DefaultHttpContext[] others =
        [
            noSocket,
            OfSession(new(Guid.NewGuid()), "?steelyardTicket=T"),
            OfSession(new(Guid.NewGuid()), $"?sessionId={Session}&steelyardTicket=T"),
            OfSession(Session, "?steelyardTicket=x&steelyardTicket=T"),
            OfSession(Session, "?steelyardTicket="),
            SocketRequest.Make("/", "/", null, With("?steelyardTicket=T")),
            SocketRequest.Make("/", "/", null, With($"?sessionId={Guid.NewGuid()}&sessionId={Session}&steelyardTicket=T")),
        ];
        foreach (var context in others)
        {
            using var body = new MemoryStream();
            context.Response.Body = body;
            Assert.Equal(StatusCodes.Status401Unauthorized, (await AskAsync(context)).Status);
            var text = Encoding.UTF8.GetString(body.ToArray());
            Assert.Equal(context.IsRedirected(), text.Contains("ticket", StringComparison.Ordinal));
            Assert.DoesNotContain(Ticket, text, StringComparison.Ordinal);
        }
    }

    private static string With(string query) => query.Replace("=T", $"={Ticket}", StringComparison.Ordinal);

    private static DefaultHttpContext OfSession(SessionId id, string query) =>
        SocketRequest.Make("/sessions/{id}/cdp", $"/sessions/{id}/cdp", id.ToString(), With(query));

    private static async Task<(int Status, HttpContext Context)> AskAsync(HttpContext context)
    {
        var guard = new ApiKeys(
            _ => Task.CompletedTask,
            new KeyRing(new() { ApiKeys = ["b:key-b"] }),
            new WrongKeys(new(), TimeProvider.System),
            new DashboardCookie(new byte[32]),
            Tickets);
        await guard.InvokeAsync(context);
        return (context.Response.StatusCode, context);
    }
}
