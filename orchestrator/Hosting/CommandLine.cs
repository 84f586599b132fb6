using System.CommandLine;
using System.Net;
using Steelyard.Contract.Egress;
using Steelyard.Settings;
using Option = Steelyard.Settings.Option;

namespace Steelyard.Hosting;

/// <summary>
/// Reads the options: command line before environment before appsettings.json before defaults. Says what is wrong, or runs.
/// </summary>
public static class CommandLine
{
    /// <summary>Exit status for options that cannot be.</summary>
    public const int BadOptions = 2;

    /// <summary>Parses and runs; the exit status is that of <paramref name="run"/>, or 2 for bad options.</summary>
    /// <param name="arguments">The command line's words.</param>
    /// <param name="settings">Reads what stands in the environment and in files. May throw <see cref="InvalidDataException"/>.</param>
    /// <param name="run">What to do with the options.</param>
    public static Task<int> RunAsync(string[] arguments, Func<IConfiguration> settings, Func<Options, Task<int>> run)
    {
        var command = new RootCommand("Steelyard: thousands of isolated browser sessions behind one address.");
        var options = Option.All.ToDictionary(knob => knob, knob => Add(command, knob));
        command.SetAction(async parsed =>
        {
            Options complete;
            try
            {
                var configuration = settings();
                RefuseUnknown(configuration);
                complete = Complete(Option.All.Aggregate(new Options(), (soFar, knob) =>
                    Values(knob, Given(parsed, knob, options[knob]), configuration).Aggregate(soFar, (set, value) => Apply(knob, set, value))));
            }
            catch (Exception e) when (e is ArgumentException or InvalidDataException)
            {
                await Console.Error.WriteLineAsync($"steelyard: {e.Message}");
                return BadOptions;
            }

            return await run(complete);
        });

        // Signals are the host's business.
        return command.Parse(arguments).InvokeAsync(new() { ProcessTerminationTimeout = null });
    }

    /// <summary>
    /// Fills in what depends on the machine, and checks what depends on more than one option. Throws <see cref="ArgumentException"/>.
    /// </summary>
    internal static Options Complete(Options options)
    {
        options = options with { ApiKeys = [.. options.ApiKeys, .. KeysIn(options.ApiKeyFile)] };
        if (options.ApiKeys.Concat(options.OperatorKeys).FirstOrDefault(key => key.EndsWith(':')) is { } empty)
            throw new ArgumentException($"--api-key or --operator-key: '{empty}' is a name without a key: write NAME:KEY");
        if (!IPAddress.IsLoopback(IPAddress.Parse(options.Bind)) && options.ApiKeys.Count + options.OperatorKeys.Count == 0 && !options.AllowAnonymous)
            throw new ArgumentException($"--bind {options.Bind} would let anyone on the network drive browsers here: give an --api-key, or --allow-anonymous if you mean it");
        if (options.ProbeInterval < TimeSpan.FromMilliseconds(20))
            throw new ArgumentException("--probe-interval must be 20ms at least");
        if (options.HangTimeout <= options.ProbeInterval)
            throw new ArgumentException("--hang-timeout must be longer than --probe-interval");
        if (options.StarvedTimeout < options.HangTimeout)
            throw new ArgumentException("--starved-timeout must not be shorter than --hang-timeout");
        if (options.WorkerStopGrace >= options.ShutdownTimeout)
            throw new ArgumentException("--worker-stop-grace must be shorter than --shutdown-timeout: a shutdown waits for it");
        if (options.NodeHangTimeout < TimeSpan.FromSeconds(1) || options.NodeStartTimeout < options.NodeHangTimeout)
            throw new ArgumentException("--node-hang-timeout must be 1s at least, and --node-start-timeout not shorter");
        if (options.MaxWorkers > options.LastWorkerPort - options.FirstWorkerPort + 1)
            throw new ArgumentException($"--max-workers {options.MaxWorkers} is more than --worker-ports has");
        CheckTogether(options.EgressRules);
        CheckApart([.. options.BrowserFolders.Select(Exposure.Real)]);
        return options with
        {
            RunDirectory = options.RunDirectory.Length > 0 ? options.RunDirectory : DefaultRunDirectory(options.Port),
            DataDirectory = options.History ? options.DataDirectory ?? DefaultDataDirectory(options.Port) : "",
        };
    }

    private static void CheckTogether(IReadOnlyList<string> egressRules)
    {
        try
        {
            EgressRules.Parse(egressRules);
        }
        catch (FormatException e)
        {
            throw new ArgumentException($"--egress: {e.Message}", e);
        }
    }

    // A browser could put a link in the place of the inner one, and the next browser would be let in where that leads.
    private static void CheckApart(IReadOnlyList<string> folders)
    {
        foreach (var outer in folders)
        {
            if (folders.FirstOrDefault(inner => inner != outer && Exposure.IsWithin(inner, outer)) is { } inner)
                throw new ArgumentException($"--browser-folder {inner} lies in {outer}, where browsers may write already: leave it out");
        }
    }

    private static string[] KeysIn(string path)
    {
        try
        {
            return path.Length == 0 ? [] : [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"--api-key-file: {e.Message}", e);
        }
    }

    /// <summary>Where settings stand.</summary>
    public static string SettingsFile => Path.Combine(Environment.CurrentDirectory, "appsettings.json");

    /// <summary>
    /// The environment before appsettings.json in the working directory. Throws <see cref="InvalidDataException"/> when that file is no
    /// JSON.
    /// </summary>
    public static IConfiguration ReadSettings() => new ConfigurationBuilder()
        .AddJsonFile(SettingsFile, optional: true, reloadOnChange: false)
        .AddInMemoryCollection(OwnVariables.Options())
        .Build();

    // A misspelt name would leave a knob at its default without a word.
    private static void RefuseUnknown(IConfiguration configuration)
    {
        var known = Option.All.Select(Variable).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (configuration.GetChildren().Select(child => child.Key).FirstOrDefault(key => key.StartsWith(OwnVariables.Prefix, StringComparison.Ordinal) && !known.Contains(key)) is { } unknown)
            throw new ArgumentException($"{unknown} is no option (see --help)");
    }

    private static string Variable(Option knob) => OwnVariables.Prefix + knob.Name.Replace('-', '_').ToUpperInvariant();

    private static Option<string[]> Add(RootCommand command, Option knob)
    {
        var option = new Option<string[]>("--" + knob.Name)
        {
            Description = knob.Help,
            HelpName = knob.Value,
            Arity = knob.Value is null ? ArgumentArity.ZeroOrOne : ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
        if (knob.Value is null)
            option.DefaultValueFactory = _ => [];
        command.Options.Add(option);
        return option;
    }

    // A switch that stands there alone is on.
    private static string[]? Given(ParseResult parsed, Option knob, Option<string[]> option) =>
        knob.Value is null && parsed.GetResult(option) is { Implicit: false, Tokens.Count: 0 } ? ["true"] : parsed.GetValue(option);

    private static string[] Values(Option knob, string[]? given, IConfiguration configuration)
    {
        if (given is { Length: > 0 })
            return given;
        if ((configuration[Variable(knob)] ?? configuration[knob.Name]) is { } value)
            return [value];
        return [.. configuration.GetSection(knob.Name).GetChildren().Select(child => child.Value).OfType<string>()];
    }

    private static Options Apply(Option knob, Options options, string value)
    {
        try
        {
            return knob.Apply(options, value);
        }
        catch (FormatException e)
        {
            throw new ArgumentException($"--{knob.Name}: {e.Message}", e);
        }
    }

    // A port that is another one each time has no history to go on with.
    private static string DefaultDataDirectory(int port)
    {
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } given && Path.IsPathRooted(given)
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        return port == 0 ? "" : Path.Combine(state, "steelyard", port.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    // Memory first: records are small, and must be quick to write.
    private static string DefaultRunDirectory(int port)
    {
        // Root's own runtime folder lets nobody else through, and browsers run as other users then.
        var root = !Environment.IsPrivilegedProcess && Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && Directory.Exists(runtime)
            ? Path.Combine(runtime, "steelyard")
            : Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"steelyard-{Environment.UserName}");
        return Path.Combine(root, port.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
