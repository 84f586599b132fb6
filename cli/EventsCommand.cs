using System.CommandLine;
using System.Text.Json;
using Steelyard.Client;

namespace Steelyard.Cli;

/// <summary><c>steelyard events</c>: what happens on the node.</summary>
internal static class EventsCommand
{
    private static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Go on with what happens, until Ctrl-C" };

    private static readonly Option<string[]> Types = new("--type")
    {
        Description = "Only events of this type, such as session.ended, or worker.* for a kind; can be repeated",
        HelpName = "TYPE",
    };

    public static Command Create() =>
        NodeCommands.Share(NodeCommands.Of("events", "Print what happens on the node", RunAsync, [Follow, Types, NodeCommands.Node]));

    private static async Task<int> RunAsync(NodeCall call)
    {
        if (call.Line.GetValue(Follow))
        {
            await foreach (var e in call.Api.EventsAsync(call.Stop))
                Print(call, e);
            throw new NodeException("The node has ended the stream.");
        }

        await foreach (var e in new NewEvents(call.Api).ReadAsync(call.Stop))
            Print(call, e);
        return 0;
    }

    private static void Print(NodeCall call, NodeEvent e)
    {
        if (call.Line.GetValue(Types) is { Length: > 0 } types && !types.Any(type => Matches(e.Type, type)))
            return;
        Output.Line(call.Out.IsJson
            ? JsonSerializer.Serialize(e, NodeApi.Json)
            : Output.Plain($"{e.At.ToLocalTime():HH:mm:ss.fff}  {e.Session ?? "",-36}  {Words.Event(e)}"));
    }

    private static bool Matches(string type, string wanted) =>
        wanted.EndsWith('*') ? type.StartsWith(wanted[..^1], StringComparison.Ordinal) : type == wanted;
}
