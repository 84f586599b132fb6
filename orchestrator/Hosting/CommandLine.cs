using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text.Json;
using Steelyard.Settings;
using Option = Steelyard.Settings.Option;

namespace Steelyard.Hosting;

/// <summary>
/// Reads the options. The command line has precedence over the environment, then appsettings.json, then the defaults. Prints what is wrong,
/// or runs.
/// </summary>
public static class CommandLine
{
    /// <summary>Exit status for invalid options.</summary>
    public const int BadOptions = 2;

    // Longer than a trial node of doctor takes to end.
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(12);

    /// <summary>The command that runs a node, and the one that is meant when none is named.</summary>
    public const string Serve = "serve";

    /// <summary>Parses and runs. Returns the exit status of the command, or 2 for invalid options.</summary>
    /// <param name="arguments">The words of the command line.</param>
    /// <param name="settings">Reads the environment and files. Can throw <see cref="InvalidDataException"/>.</param>
    /// <param name="run">Runs a node with the valid options.</param>
    /// <param name="others">The other commands.</param>
    public static Task<int> RunAsync(
        string[] arguments, Func<IConfiguration> settings, Func<Options, Task<int>> run, IEnumerable<Command> others)
    {
        var root = new RootCommand("Steelyard: thousands of isolated browser sessions behind one address.");
        var serve = new Command(Serve, "Run a node");
        AddServe(root, settings, (options, _, _) => run(options));
        AddServe(serve, settings, (options, _, _) => run(options));
        root.Subcommands.Add(serve);
        foreach (var other in others)
            root.Subcommands.Add(other);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new GroupedHelp((HelpAction)help.Action!);

        var line = root.Parse(arguments);
        if (line.Action is ParseErrorAction)
        {
            Console.Error.WriteLine($"steelyard: {WhatIsWrong(line)} See --help.");
            return Task.FromResult(BadOptions);
        }

        // The node handles signals itself, with StopSignals. Other commands are cancelled, and restore the terminal.
        var isNode = line.CommandResult.Command == root || line.CommandResult.Command == serve;
        return line.InvokeAsync(new() { ProcessTerminationTimeout = isNode ? null : StopTime });
    }

    /// <summary>Gives a command the options of a node.</summary>
    /// <param name="command">The command.</param>
    /// <param name="settings">Reads the environment and files.</param>
    /// <param name="run">Called with the valid options, the line that gave them, and what cancels the command.</param>
    internal static void AddServe(
        Command command, Func<IConfiguration> settings, Func<Options, ParseResult, CancellationToken, Task<int>> run)
    {
        var options = OptionTable.All.ToDictionary(option => option, option => Add(command, option));
        command.SetAction(async (parsed, stop) =>
        {
            Options complete;
            try
            {
                var configuration = settings();
                RefuseUnknown(configuration);
                complete = OptionChecks.Complete(InheritedSocket.Bound(OptionTable.All.Aggregate(
                    new Options(),
                    (soFar, option) => Values(option, Given(parsed, option, options[option]), configuration)
                        .Aggregate(soFar, (set, value) => Apply(option, set, value)))));
            }
            catch (Exception e) when (e is ArgumentException or InvalidDataException)
            {
                await Console.Error.WriteLineAsync($"steelyard: {e.Message}");
                return BadOptions;
            }

            return await run(complete, parsed, stop);
        });
    }

    private static string WhatIsWrong(ParseResult line)
    {
        if (line.UnmatchedTokens is not [{ } word, ..])
            return line.Errors[0].Message;
        var command = line.CommandResult.Command;
        if (!word.StartsWith('-'))
            return $"'{word}' is not a command{Meant(word, "", command.Subcommands.Select(each => each.Name))}";
        var names = command.Options.Select(option => option.Name.TrimStart('-'));
        return $"{word} is not an option{Meant(word.TrimStart('-').Split('=')[0], "--", names)}";
    }

    private static string Meant(string word, string prefix, IEnumerable<string> names) =>
        NearestName.Of(word, names) is { } name ? $": did you mean {prefix}{name}?" : ".";

    /// <summary>The path of the settings file.</summary>
    public static string SettingsFile => Path.Combine(Environment.CurrentDirectory, "appsettings.json");

    /// <summary>
    /// Reads the environment, which has precedence, and appsettings.json in the working directory. Throws
    /// <see cref="InvalidDataException"/> when that file is not JSON.
    /// </summary>
    public static IConfiguration ReadSettings()
    {
        try
        {
            return new ConfigurationBuilder()
                .AddJsonFile(SettingsFile, optional: true, reloadOnChange: false)
                .AddInMemoryCollection(OwnVariables.Options())
                .Build();
        }
        catch (InvalidDataException e) when (e.InnerException?.InnerException is JsonException json)
        {
            throw new InvalidDataException($"{SettingsFile}, line {json.LineNumber + 1}: {json.Message.Split(" LineNumber")[0]}", e);
        }
    }

    // Otherwise a misspelt name would silently leave an option at its default.
    private static void RefuseUnknown(IConfiguration configuration)
    {
        var names = OptionTable.All.Select(option => option.Name).ToList();
        var known = OptionTable.All.Select(Variable).Concat(names).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (configuration.GetChildren().Select(child => child.Key).FirstOrDefault(key => !known.Contains(key)) is not { } unknown)
            return;
        var isVariable = unknown.StartsWith(OwnVariables.Prefix, StringComparison.Ordinal);
        var meant = isVariable ? Meant(unknown, "", OptionTable.All.Select(Variable)) : Meant(unknown, "", names);
        throw new ArgumentException($"{(isVariable ? "" : $"{SettingsFile}: ")}{unknown} is not an option{meant} See --help.");
    }

    private static string Variable(Option option) => OwnVariables.Prefix + option.Name.Replace('-', '_').ToUpperInvariant();

    private static Option<string[]> Add(Command command, Option option)
    {
        var argument = new Option<string[]>("--" + option.Name)
        {
            Description = option.Help,
            HelpName = option.Value,
            Arity = option.Value is null ? ArgumentArity.Zero : ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
        if (option.Value is null)
            argument.DefaultValueFactory = _ => [];
        command.Options.Add(argument);
        return argument;
    }

    // A switch without a value is on.
    private static string[]? Given(ParseResult parsed, Option option, Option<string[]> argument) =>
        option.Value is null && parsed.GetResult(argument) is { Implicit: false, Tokens.Count: 0 } ? ["true"] : parsed.GetValue(argument);

    private static string[] Values(Option option, string[]? given, IConfiguration configuration)
    {
        if (given is { Length: > 0 })
            return given;
        if ((configuration[Variable(option)] ?? configuration[option.Name]) is { } value)
            return [value];
        return [.. configuration.GetSection(option.Name).GetChildren().Select(child => child.Value).OfType<string>()];
    }

    private static Options Apply(Option option, Options options, string value)
    {
        try
        {
            return option.Apply(options, value);
        }
        catch (FormatException e)
        {
            throw new ArgumentException($"--{option.Name}: {e.Message}", e);
        }
    }
}
