using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Steelyard.Settings;
using Option = Steelyard.Settings.Option;

namespace Steelyard.Hosting;

/// <summary>The help of the commands that run a node: its options in groups, those that most people need first.</summary>
/// <param name="usual">The help of all other commands.</param>
internal sealed class GroupedHelp(HelpAction usual) : SynchronousCommandLineAction
{
    private const int LeftWidth = 30;
    private const int Width = 110;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        if (command is not RootCommand && command.Name != CommandLine.Serve)
            return usual.Invoke(parseResult);
        Write(parseResult.InvocationConfiguration.Output, command);
        return 0;
    }

    private static void Write(TextWriter output, Command command)
    {
        output.WriteLine($"{command.Description}\n\nUsage:\n  steelyard [COMMAND] [OPTIONS]\n");
        if (command.Subcommands.Count > 0)
        {
            output.WriteLine("Commands (steelyard COMMAND --help tells more):");
            foreach (var each in command.Subcommands)
                WriteEntry(output, each.Name, each.Description ?? "");
            output.WriteLine("\nOptions of serve, which is the command if none is named. Each is also STEELYARD_NAME in the environment,");
            output.WriteLine("and \"name\" in appsettings.json in the working directory.");
        }

        foreach (var group in OptionTable.Groups)
        {
            output.WriteLine($"\n{group.Title}:");
            foreach (var option in group.Options)
                WriteEntry(output, Name(option), option.Help);
        }
    }

    private static string Name(Option option) => option.Value is null ? $"--{option.Name}" : $"--{option.Name} {option.Value}";

    // The text begins beside a short name, and below a long one.
    private static void WriteEntry(TextWriter output, string name, string text)
    {
        var line = $"  {name}".PadRight(LeftWidth);
        if (line.Length > LeftWidth - 1 && name.Length > LeftWidth - 3)
        {
            output.WriteLine(line);
            line = new(' ', LeftWidth);
        }

        foreach (var word in text.Split(' '))
        {
            if (line.Length + 1 + word.Length > Width)
            {
                output.WriteLine(line.TrimEnd());
                line = new(' ', LeftWidth);
            }

            line += (line.EndsWith(' ') ? "" : " ") + word;
        }

        output.WriteLine(line.TrimEnd());
    }
}
