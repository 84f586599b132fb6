using System.CommandLine;
using System.CommandLine.Parsing;
using Steelyard.Client;

namespace Steelyard.Cli;

/// <summary>Makes commands that talk to a node.</summary>
internal static class NodeCommands
{
    /// <summary>Exit status when the node refuses what was asked, or is not ready.</summary>
    public const int Refused = 1;

    /// <summary>Exit status when the node does not answer.</summary>
    public const int NoAnswer = 3;

    // As a shell reports a program that Ctrl-C has ended.
    private const int Interrupted = 130;

    private const string DefaultUrl = "http://127.0.0.1:8080";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    private static readonly Option<Uri> Url = new("--url")
    {
        Description = $"Address of the node [$STEELYARD_URL]",
        HelpName = "URL",
        CustomParser = ReadUrl,
        DefaultValueFactory = ReadUrl,
        Recursive = true,
    };

    private static readonly Option<string> Key = new("--key")
    {
        Description = "API key of the node [$STEELYARD_API_KEY]",
        HelpName = "KEY",
        DefaultValueFactory = _ => WithoutName(Environment.GetEnvironmentVariable("STEELYARD_API_KEY") ?? ""),
        Recursive = true,
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print JSON, for scripts", Recursive = true };

    /// <summary>For commands that concern one node of a cluster.</summary>
    public static readonly Option<string> Node = new("--node")
    {
        Description = "The node of the cluster that is meant [the one at --url]",
        HelpName = "NAME",
    };

    /// <summary>A group of commands, or one without a group: it has the options that all of them share.</summary>
    public static Command Share(Command command)
    {
        command.Options.Add(Url);
        command.Options.Add(Key);
        command.Options.Add(Json);
        return command;
    }

    /// <summary>A command.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="help">What it does.</param>
    /// <param name="run">Returns the exit status. <see cref="NodeException"/> is told to the user.</param>
    /// <param name="symbols">Its own arguments and options.</param>
    /// <param name="deadline">The longest time for an answer; null for the usual one.</param>
    public static Command Of(string name, string help, Func<NodeCall, Task<int>> run, Symbol[]? symbols = null, TimeSpan? deadline = null)
    {
        var command = new Command(name, help);
        foreach (var symbol in symbols ?? [])
        {
            if (symbol is Argument argument)
                command.Arguments.Add(argument);
            else
                command.Options.Add((Option)symbol);
        }

        command.SetAction((line, stop) => RunAsync(line, run, deadline ?? Deadline, stop));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult line, Func<NodeCall, Task<int>> run, TimeSpan deadline, CancellationToken stop)
    {
        var url = line.GetRequiredValue(Url);
        using var handler = new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, UseProxy = !url.IsLoopback };
        using var http = new HttpClient(handler) { BaseAddress = url, Timeout = deadline };
        if (line.GetRequiredValue(Key) is { Length: > 0 } key)
            http.DefaultRequestHeaders.TryAddWithoutValidation("x-api-key", key);
        try
        {
            return await run(new(line, new(http, line.GetValue(Node)), new(line.GetValue(Json)), url, stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Interrupted;
        }
        catch (NodeException e)
        {
            await Console.Error.WriteLineAsync($"steelyard: {Output.Plain(e.Message)}");
            if (e.Status is null)
                await Console.Error.WriteLineAsync($"The node is {url}: --url or STEELYARD_URL names another.");
            return e.Status is null ? NoAnswer : Refused;
        }
    }

    // A node reads the same variable, as [NAME:]KEY.
    private static string WithoutName(string key) => key[(key.IndexOf(':', StringComparison.Ordinal) + 1)..];

    private static Uri ReadUrl(ArgumentResult result)
    {
        var text = result.Tokens is [{ Value: var given }] ? given : Environment.GetEnvironmentVariable("STEELYARD_URL") ?? DefaultUrl;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            return url;
        result.AddError($"'{text}' is not an http or https URL");
        return new(DefaultUrl);
    }
}
