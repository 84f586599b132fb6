using Spectre.Console;
using Steelyard.Cli;
using Steelyard.Client;

namespace Steelyard.Tests.Unit.Cli;

/// <summary>What the commands print of three nodes.</summary>
public sealed class NodesTableTests
{
    private static readonly ClusterNode[] Nodes =
    [
        new(
            "berlin-1", 17, "east", "0.1.0", "active", true,
            Sessions: 3, Idle: 2, Free: 3, Leased: 3, Max: 6, Waiting: 0, UptimeSeconds: 7384),
        new(
            "berlin-2", 18, "east", "0.1.0", "draining", false,
            Sessions: 1, Idle: 0, Free: 0, Leased: 1, Max: 20, Waiting: 0, UptimeSeconds: 9.25),
        new(
            "paris-\u001b1", 19, "west", "0.2.0", "unreachable", false,
            Sessions: 6, Idle: 0, Free: 0, Leased: 6, Max: 6, Waiting: 4, UptimeSeconds: null),
    ];

    [Fact]
    public void Load_uptime_and_version_stand_in_a_row_for_each()
    {
        string[] lines = [.. Print(Nodes).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd())];
        Assert.Equal(
        [
            "NAME      STATE        LOAD        SESSIONS  IDLE  WAITING  UP         VERSION  REGION",
            "berlin-1  active       █████░░░░░  3 of 6    2     0        2 h 3 min  0.1.0    east",
            "berlin-2  draining     █░░░░░░░░░  1 of 20   0     0        9.3 s      0.1.0    east",
            "paris-�1  unreachable  ██████████  6 of 6    0     4                   0.2.0    west",
        ],
        lines);
    }

    [Fact]
    public void Regions_are_left_out_where_there_are_none() =>
        Assert.DoesNotContain("REGION", Print([.. Nodes.Select(node => node with { Region = "" })]), StringComparison.Ordinal);

    [Fact]
    public void A_node_that_may_have_no_workers_has_no_load() =>
        Assert.Contains("░░░░░░░░░░", Print([Nodes[0] with { Max = 0, Leased = 0 }]), StringComparison.Ordinal);

    [Fact]
    public void The_summary_names_those_that_do_not_serve_as_the_others()
    {
        Assert.Equal("1", NodesCommands.Summary(Nodes[..1]));
        Assert.Equal("2; berlin-2 drains", NodesCommands.Summary(Nodes[..2]));
        Assert.Equal("2; berlin-2 drains; paris-1 does not answer", NodesCommands.Summary([Nodes[1], Nodes[2] with { Name = "paris-1" }]));
    }

    [Fact]
    public void What_is_missing_is_said_in_a_sentence()
    {
        Assert.Null(Words.Missing("workers", null));
        Assert.Null(Words.Missing("workers", []));
        Assert.Equal("Node a does not answer: its workers are missing here.", Words.Missing("workers", ["a"]));
        Assert.Equal("Nodes a, b and c do not answer: their workers are missing here.", Words.Missing("workers", ["a", "b", "c"]));
    }

    private static string Print(IReadOnlyList<ClusterNode> nodes)
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new() { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 200;
        var (head, rows) = NodesCommands.Table(nodes);
        console.Write(Output.Grid(head, rows));
        return text.ToString();
    }
}
