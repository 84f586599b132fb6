using System.CommandLine;
using System.Security.Cryptography;
using Steelyard.Settings;

namespace Steelyard.Hosting;

/// <summary><c>steelyard keys</c>: the file of --api-key-file, on this machine.</summary>
internal static class KeysCommand
{
    private const int KeyBytes = 24;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly Argument<string> Name = new("NAME") { Description = "Who gets the key; appears in logs and quotas" };

    private static readonly Option<string> KeysFile = new("--file")
    {
        Description = "The file [$STEELYARD_API_KEY_FILE]",
        HelpName = "FILE",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(OwnVariables.Prefix + "API_KEY_FILE") ?? "",
        Recursive = true,
    };

    public static Command Create()
    {
        var group = new Command("keys", "Add, list and revoke API keys in the file of --api-key-file") { KeysFile };
        Add("add", "Make a key and print it, this once", AddKey, Name);
        Add("ls", "List the names of the keys", (file, _) => List(file));
        Add("revoke", "Remove all keys of a name", Revoke, Name);
        return group;

        void Add(string name, string help, Func<string, string, int> run, params Argument<string>[] arguments)
        {
            var command = new Command(name, help);
            foreach (var argument in arguments)
                command.Arguments.Add(argument);
            command.SetAction(line => Run(line, run));
            group.Subcommands.Add(command);
        }
    }

    private static int Run(ParseResult line, Func<string, string, int> run)
    {
        var file = line.GetValue(KeysFile) ?? "";
        try
        {
            if (file.Length == 0)
                throw new KeyFileException("Name the file with --file, or in STEELYARD_API_KEY_FILE.");
            return run(file, line.CommandResult.Command.Arguments.Count > 0 ? line.GetRequiredValue(Name) : "");
        }
        catch (Exception e) when (e is KeyFileException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"steelyard: {e.Message}");
            return 1;
        }
    }

    private static int AddKey(string file, string name)
    {
        if (name.Length == 0 || name.Any(letter => letter is ':' or '#' || char.IsControl(letter) || char.IsWhiteSpace(letter)))
            throw new KeyFileException($"'{name}' cannot be a name: use letters, digits, '-' and '.'.");
        var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes));
        var text = File.Exists(file) ? File.ReadAllText(file) : "";
        Write(file, $"{text}{(text.Length == 0 || text.EndsWith('\n') ? "" : "\n")}{name}:{key}\n");
        Console.WriteLine(key);
        Console.Error.WriteLine(Notice);
        return 0;
    }

    private static int List(string file)
    {
        foreach (var key in KeyFile.Read(file))
            Console.WriteLine(NameOf(key) ?? "(a key without a name)");
        return 0;
    }

    private static int Revoke(string file, string name)
    {
        var lines = File.ReadAllLines(file);
        var kept = lines.Where(line => NameOf(line.Trim()) != name).ToList();
        if (kept.Count == lines.Length)
            throw new KeyFileException($"{file} has no key of the name {name}: steelyard keys ls");
        Write(file, string.Concat(kept.Select(line => line + "\n")));
        Console.Error.WriteLine(Notice);
        return 0;
    }

    private const string Notice = "The node reads the file again at SIGHUP: systemctl reload steelyard, or kill -HUP PID.";

    private static string? NameOf(string line) =>
        !line.StartsWith('#') && line.IndexOf(':', StringComparison.Ordinal) is > 0 and var at ? line[..at] : null;

    // In place: the file keeps its owner, who may be the node's user.
    private static void Write(string file, string text)
    {
        var open = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.None };
        if (!File.Exists(file))
            open.UnixCreateMode = OwnerOnly;
        using var stream = new FileStream(file, open);
        stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
        stream.SetLength(stream.Position);
    }
}
