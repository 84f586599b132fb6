using System.CommandLine;

namespace Steelyard.Cli;

/// <summary>The commands that talk to a node, which may run anywhere.</summary>
public static class CliCommands
{
    /// <summary>Makes them, in the order in which the help lists them.</summary>
    public static IEnumerable<Command> Create() =>
    [
        StatusCommand.Create(), SessionCommands.Create(), EventsCommand.Create(), WorkerCommands.Create(), NodesCommands.Create(),
        TopCommand.Create(), CompletionCommand.Create(),
    ];
}
