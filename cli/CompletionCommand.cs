using System.CommandLine;

namespace Steelyard.Cli;

/// <summary><c>steelyard completion</c>: a script for the shell, which asks this program for the words that can come next.</summary>
internal static class CompletionCommand
{
    private static readonly Argument<string> Shell =
        new Argument<string>("SHELL") { Description = "bash or zsh" }.AcceptOnlyFromAmong("bash", "zsh");

    // The parser answers the directive [suggest:POSITION] with a word in each line.
    private const string Bash = """
        _steelyard() {
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$("$1" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _steelyard steelyard
        """;

    private const string Zsh = """
        #compdef steelyard
        _steelyard() {
          local words_of_line="${words[*]}"
          compadd -- ${(f)"$($words[1] "[suggest:$#words_of_line]" "$words_of_line" 2>/dev/null)"}
        }
        compdef _steelyard steelyard
        """;

    public static Command Create()
    {
        var command = new Command("completion", "Print the completion for a shell: source <(steelyard completion bash)") { Shell };
        command.SetAction(line => Console.Out.WriteLine(line.GetRequiredValue(Shell) == "zsh" ? Zsh : Bash));
        return command;
    }
}
