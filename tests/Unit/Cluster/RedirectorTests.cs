using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Steelyard.Cluster;
using Steelyard.Fabric;
using Steelyard.Http;
using Steelyard.Sessions;
using Steelyard.Tests.Unit.Http;

namespace Steelyard.Tests.Unit.Cluster;

/// <summary>Which clients are sent to the node that has their session, and where.</summary>
public sealed class RedirectorTests
{
    private const string Playwright = "Playwright/1.65.1 (x64; ubuntu 24.04) node/22.23";
    private const int Owner = 9;
    private static readonly byte[] Key = new byte[32];
    private static readonly TimeSpan Told = TimeSpan.FromHours(3);

    private readonly SessionId session = new(Guid.NewGuid());
    private readonly FakeTimeProvider clock = new();
    private readonly Redirector redirector = new(new(Key, 1, () => TimeSpan.Zero));

    [Theory]
    [InlineData(Playwright)]
    [InlineData("Playwright/1.60.0 (x64; debian 12) python/3.13")]
    [InlineData("Playwright/1.64.0-alpha-1790635538000 (arm64; macOS 15.6) node/22.1")]
    [InlineData("Playwright/2.0.0")]
    [InlineData("Puppeteer 25.16.0")]
    [InlineData("Puppeteer 100.0.0")]
    public void A_client_that_follows_is_sent_to_the_node(string agent)
    {
        var context = Connect("?a=1", agent);
        Assert.True(redirector.TrySend(context, Peer("wss://n9.example:8443")));
        Assert.Equal(StatusCodes.Status307TemporaryRedirect, context.Response.StatusCode);
        Assert.StartsWith(
            $"wss://n9.example:8443/sessions/{session}/cdp?a=1&steelyardTicket=",
            context.Response.Headers.Location,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Playwright/1.59.9 (x64; ubuntu 24.04) node/22.23")]
    [InlineData("Playwright/1.6.0")]
    [InlineData("Puppeteer 24.43.1")]
    [InlineData("Puppeteer")]
    [InlineData("Go-http-client/1.1")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) Playwright/1.65.0")]
    [InlineData("Steelyard/99.0")]
    [InlineData("Playwright/99999999999.1")]
    [InlineData("")]
    public void Another_client_is_not(string agent) => Assert.False(redirector.TrySend(Connect("", agent), Peer("ws://10.0.0.9:8080")));

    [Fact]
    public void Neither_is_a_page()
    {
        var context = Connect("", Playwright);
        context.Request.Headers.Origin = "http://10.0.0.1:8080";
        Assert.False(redirector.TrySend(context, Peer("ws://10.0.0.9:8080")));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)] // Of an older version.
    public void A_node_that_says_no_address_gets_forwarded_requests(string? address) =>
        Assert.False(redirector.TrySend(Connect("", Playwright), Peer(address)));

    [Fact]
    public void Only_a_WebSocket_is_redirected()
    {
        var context = Connect("", Playwright);
        context.Request.Headers.Upgrade = default;
        Assert.False(redirector.TrySend(context, Peer("ws://10.0.0.9:8080")));
        Assert.Equal(StatusCodes.Status200OK, context.Response.StatusCode);
    }

    [Fact]
    public void A_live_view_is_not_because_its_address_is_the_proof()
    {
        var context = SocketRequest.Make("/live/{id}/{proof}", $"/live/{session}/x", session.ToString(), "");
        context.Request.Headers.UserAgent = Playwright;
        Assert.False(redirector.TrySend(context, Peer("ws://10.0.0.9:8080")));
    }

    [Fact]
    public void A_client_that_has_come_with_a_ticket_is_not_sent_on()
    {
        var context = Connect("?steelyardTicket=x", Playwright);
        Assert.Equal("x", TicketQuery.Take(context.Request));
        Assert.False(redirector.TrySend(context, Peer("ws://10.0.0.9:8080")));
    }

    [Fact]
    public void The_ticket_is_for_the_caller_and_counts_by_the_clock_of_the_owner()
    {
        var (context, peer) = (Connect("", Playwright), Peer("ws://10.0.0.9:8080"));
        context.Features.Set(new Caller("alice", IsOperator: false));
        clock.Advance(TimeSpan.FromSeconds(3)); // Since the owner has told its time.
        Assert.True(redirector.TrySend(context, peer));
        var ticket = context.Response.Headers.Location.ToString().Split("steelyardTicket=")[1];
        Assert.Equal(new("alice", false), At(Told + TimeSpan.FromSeconds(32.9)).Open(ticket, session));
        Assert.Null(At(Told + TimeSpan.FromSeconds(33)).Open(ticket, session));
    }

    private static RedirectTickets At(TimeSpan now) => new(Key, Owner, () => now);

    private DefaultHttpContext Connect(string query, string agent)
    {
        var context = SocketRequest.Make("/sessions/{id}/cdp", $"/sessions/{session}/cdp", session.ToString(), query);
        context.Request.Headers.UserAgent = agent;
        return context;
    }

    private Peer Peer(string? address) => new(
        SiloAddress.New(IPAddress.Loopback, 1, 1), new() { Number = Owner, Redirect = address!, Clock = Told }, clock);
}
