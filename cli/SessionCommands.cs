using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Steelyard.Client;

namespace Steelyard.Cli;

/// <summary><c>steelyard sessions</c>.</summary>
internal static class SessionCommands
{
    // A create may wait in the queue, and then for a browser.
    private static readonly TimeSpan CreateDeadline = TimeSpan.FromMinutes(2);

    private static readonly Argument<string> Id = new("ID") { Description = "Id of the session" };

    private static readonly Argument<string[]> Ids = new("ID") { Description = "Ids of sessions", Arity = ArgumentArity.ZeroOrMore };

    private static readonly Option<bool> Ended = new("--ended") { Description = "The sessions that have ended, the newest first" };

    private static readonly Option<string> Reason = new("--reason")
    {
        Description = "With --ended: only those that ended for this reason: deleted, expired, worker_lost or drained",
        HelpName = "REASON",
    };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "With --ended: the greatest number of sessions, at most 500 [50]",
        HelpName = "N",
        DefaultValueFactory = _ => 50,
    };

    private static readonly Option<string[]> Fields = new("--field")
    {
        Description = "A field of steel-sdk's create as NAME=JSON, such as timeout=60000 or metadata='{\"job\":\"7\"}'; can be repeated",
        HelpName = "NAME=JSON",
    };

    private static readonly Option<string> Record = new("--record")
    {
        Description = "What is recorded of it: off, events or frames [what the node says]",
        HelpName = "WHAT",
    };

    private static readonly Option<bool> All = new("--all") { Description = "End all sessions that the key may see" };

    private static readonly Option<bool> Yes = new("--yes") { Description = "With --all: do not ask" };

    public static Command Create()
    {
        var group = NodeCommands.Share(new Command("sessions", "List, create, look into and end sessions"));
        group.Subcommands.Add(NodeCommands.Of("ls", "List the sessions", ListAsync, [Ended, Reason, Limit]));
        group.Subcommands.Add(NodeCommands.Of("show", "Show a session, its end and its last events", SessionShow.RunAsync, [Id]));
        group.Subcommands.Add(NodeCommands.Of("create", "Create a session", CreateAsync, [Fields, Record], CreateDeadline));
        group.Subcommands.Add(NodeCommands.Of("rm", "End sessions", RemoveAsync, [Ids, All, Yes]));
        group.Subcommands.Add(NodeCommands.Of("open", "Open the live view of a session in the browser", SessionOpen.RunAsync, [Id]));
        return group;
    }

    /// <summary>The id in a command line.</summary>
    public static string IdOf(NodeCall call) => Uri.EscapeDataString(call.Line.GetRequiredValue(Id));

    private static async Task<int> ListAsync(NodeCall call)
    {
        if (!call.Line.GetValue(Ended))
        {
            var nodes = await NodeNames.ReadAsync(call);
            var list = await call.AskAsync<LiveSessions>(HttpMethod.Get, "/sessions", live => call.Out.Table(
                ["ID", "AGE", "IDLE", "ENDS IN", "WORKER", "KEY", "METADATA"],
                live.Sessions.Select(session => new[]
                {
                    session.Id, Words.Span(TimeProvider.System.GetUtcNow() - session.CreatedAt), Seconds(session.IdleSeconds),
                    Seconds(session.RemainingSeconds), NodeNames.Of(nodes.GetValueOrDefault(session.Node), session.WorkerId ?? "restoring"),
                    session.Key, Metadata(session.Metadata),
                })));
            NodeNames.IsWhole("sessions", list.MissingNodes);
            return 0;
        }

        var reason = call.Line.GetValue(Reason) is { } given ? $"&reason={Uri.EscapeDataString(given)}" : "";
        var path = $"/history?limit={call.Line.GetValue(Limit)}{reason}";
        var history = await call.AskAsync<EndedSessions>(HttpMethod.Get, path, ended => call.Out.Table(
            ["ID", "ENDED", "LIVED", "REASON", "WHY", "KEY", "METADATA"],
            ended.History.Select(session => new[]
            {
                session.Id, $"{session.EndedAt.ToLocalTime():yyyy-MM-dd HH:mm:ss}", Words.Span(session.EndedAt - session.CreatedAt),
                session.Cause ?? session.Reason, session.Detail, session.Holder, Metadata(session.Metadata),
            })));
        NodeNames.IsWhole("sessions", history.MissingNodes);
        return 0;
    }

    private static async Task<int> CreateAsync(NodeCall call)
    {
        var body = new JsonObject();
        foreach (var field in call.Line.GetValue(Fields) ?? [])
            Set(body, field);
        if (call.Line.GetValue(Record) is { } record)
            body["record"] = record;
        await call.Out.WaitAsync("Waiting for a browser …", () => call.AskAsync<CreatedSession>(
            HttpMethod.Post, "/v1/sessions", session => Show(call, session), body.ToJsonString()));
        return 0;
    }

    private static void Show(NodeCall call, CreatedSession session) => call.Out.Facts(
    [
        ("id", session.Id),
        ("connect", $"{call.Url.Scheme.Replace("http", "ws", StringComparison.Ordinal)}://{call.Url.Authority}/sessions/{session.Id}/cdp"),
        ("live view", session.DebugUrl),
        ("ends", $"after {Words.Span(TimeSpan.FromMilliseconds(session.InactivityTimeout))} without use"),
    ]);

    private static void Set(JsonObject body, string field)
    {
        var at = field.IndexOf('=', StringComparison.Ordinal);
        try
        {
            body[field[..Math.Max(at, 0)]] = at > 0 ? JsonNode.Parse(field[(at + 1)..]) : throw new JsonException();
        }
        catch (JsonException)
        {
            throw new NodeException($"--field {field} is not NAME=JSON: write timeout=60000, or namespace='\"team\"'.") { Status = 400 };
        }
    }

    private static async Task<int> RemoveAsync(NodeCall call)
    {
        var ids = call.Line.GetValue(Ids) ?? [];
        var isWhole = true;
        if (call.Line.GetValue(All))
        {
            var list = await call.Api.SessionsAsync(call.Stop);
            isWhole = NodeNames.IsWhole("sessions", list.MissingNodes);
            ids = [.. list.Sessions.Select(session => session.Id)];
            if (ids.Length > 0 && !call.Line.GetValue(Yes) && !MayEnd(ids.Length))
                return NodeCommands.Refused;
        }
        else if (ids.Length == 0)
        {
            throw new NodeException("Name the sessions to end, or give --all.") { Status = 400 };
        }

        var status = isWhole ? 0 : NodeCommands.Refused;
        foreach (var id in ids)
        {
            try
            {
                await call.Api.ReleaseAsync(Uri.EscapeDataString(id));
                Output.Line(Output.Plain(id));
            }
            catch (NodeException e) when (e.Status == 404 && call.Line.GetValue(All))
            {
                // It has ended meanwhile.
            }
            catch (NodeException e) when (e.Status is not null)
            {
                await Console.Error.WriteLineAsync($"steelyard: {Output.Plain($"{id}: {e.Message}")}");
                status = NodeCommands.Refused;
            }
        }

        return status;
    }

    private static bool MayEnd(int count)
    {
        if (Console.IsInputRedirected)
        {
            Console.Error.WriteLine("steelyard: --all ends all sessions: give --yes where nobody can be asked.");
            return false;
        }

        Console.Error.Write($"End {count} sessions? [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    private static string Seconds(double seconds) => Words.Span(TimeSpan.FromSeconds(seconds));

    private static string Metadata(IReadOnlyDictionary<string, string>? metadata) =>
        metadata is null ? "" : string.Join(' ', metadata.Select(pair => $"{pair.Key}={pair.Value}"));

    private sealed record CreatedSession(
        string Id,
        [property: JsonPropertyName("inactivityTimeout")] long InactivityTimeout,
        [property: JsonPropertyName("debugUrl")] string? DebugUrl);
}
