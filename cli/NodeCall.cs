using System.CommandLine;
using Steelyard.Client;

namespace Steelyard.Cli;

/// <summary>What a command works with: the words of its line, the node, and where to write.</summary>
/// <param name="Line">The command line.</param>
/// <param name="Api">The node's API with the caller's key; with --node, that node's where a node answers for itself.</param>
/// <param name="Out">Where to write.</param>
/// <param name="Url">Address of the node.</param>
/// <param name="Stop">The user stops the command.</param>
internal sealed record NodeCall(ParseResult Line, NodeApi Api, Output Out, Uri Url, CancellationToken Stop)
{
    /// <summary>Asks the node, and prints the answer: as it is with --json, else as <paramref name="show"/> does.</summary>
    public async Task<T> AskAsync<T>(HttpMethod method, string path, Action<T> show, string? json = null)
    {
        var body = await Api.CallAsync(method, path, json, Stop);
        var answer = NodeApi.Parse<T>(body);
        if (Out.IsJson)
            Output.Line(body);
        else
            show(answer);
        return answer;
    }
}
