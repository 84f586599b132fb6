using System.Globalization;
using SteelBrowser.Faults;
using SteelBrowser.Http;
using Steelyard.Contract;
using Steelyard.Contract.Egress;
using Steelyard.Processes;

namespace SteelBrowser;

/// <summary>The options from the command line and the environment, checked. <see cref="Usage"/> explains each.</summary>
internal sealed record WorkerOptions
{
    public int Port { get; private init; } = 3000;

    /// <summary>Descriptor of an inherited socket that listens on the port already; null to open the port.</summary>
    public uint? Listener { get; private init; }

    public WorkerMode Mode { get; private init; }

    public bool Help { get; private init; }

    public string? BrowserPath { get; private init; }

    public IReadOnlyList<string> BrowserArguments { get; private init; } = [];

    public bool NoSandbox { get; private init; }

    /// <summary>Private folder, created and deleted by the program that started the worker; null for none.</summary>
    public string? Directory { get; private init; }

    public SizeLimits Limits { get; private init; } = new();

    /// <summary>Where the browser may connect.</summary>
    public EgressRules Egress { get; private init; } = EgressRules.Parse([]);

    /// <summary>Folders in which the browser may read and write, in addition to its own.</summary>
    public IReadOnlyList<string> Folders { get; private init; } = [];

    /// <summary>What is recorded of a session that does not say so itself.</summary>
    public RecordMode Record { get; private init; }

    /// <summary>Whether recorded addresses keep their query, which may hold secrets.</summary>
    public bool RecordQueries { get; private init; }

    public IReadOnlyList<FaultSpec> Faults { get; private init; } = [];

    public int FaultSeed { get; private init; } = Random.Shared.Next();

    /// <summary>Throws <see cref="ArgumentException"/> with a message for people.</summary>
    public static WorkerOptions Parse(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        var options = FromEnvironment(environment);
        var browserArguments = new List<string>();

        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, inline) = Split(arguments[i]);
            switch (name)
            {
                case "--help" or "-h":
                    return options with { Help = true };
                case "--mode":
                    options = options with { Mode = ParseMode(Value()) };
                    break;
                case "--browser":
                    options = options with { BrowserPath = Value() };
                    break;
                case "--browser-arg":
                    browserArguments.Add(Value());
                    break;
                case "--no-sandbox" when inline is null:
                    options = options with { NoSandbox = true };
                    break;
                case "--max-body":
                    options = options with { Limits = options.Limits with { Body = SizeLimits.Parse(name, Value()) } };
                    break;
                case "--max-setup":
                    options = options with { Limits = options.Limits with { Setup = SizeLimits.Parse(name, Value()) } };
                    break;
                case "--max-file":
                    options = options with { Limits = options.Limits with { File = SizeLimits.Parse(name, Value()) } };
                    break;
                case "--max-files":
                    options = options with { Limits = options.Limits with { Files = SizeLimits.Parse(name, Value()) } };
                    break;
                case "--faults":
                    options = options with { Faults = [.. options.Faults, .. FaultSpec.ParseList(Value())] };
                    break;
                case "--fault-seed":
                    options = options with { FaultSeed = Number(name, Value(), 0, int.MaxValue) };
                    break;
                default:
                    throw new ArgumentException($"unknown option '{arguments[i]}'");
            }

            string Value() => inline ?? (++i < arguments.Count ? arguments[i] : throw new ArgumentException($"{name} needs a value"));
        }

        return options with { BrowserArguments = browserArguments };
    }

    private static WorkerOptions FromEnvironment(Func<string, string?> environment)
    {
        var options = new WorkerOptions
        {
            BrowserPath = NullIfEmpty(environment(EnvironmentNames.BrowserPath)),
            Directory = NullIfEmpty(environment(EnvironmentNames.WorkerDirectory)),
            Limits = ReadLimits(environment),
            Egress = ParseEgress(environment(EnvironmentNames.Egress) ?? ""),
            Record = ParseRecord(NullIfEmpty(environment(EnvironmentNames.Record))),
            RecordQueries = NullIfEmpty(environment(EnvironmentNames.RecordQueries)) is not null,
            Folders = (environment(EnvironmentNames.BrowserFolders) ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
        };
        if (NullIfEmpty(environment(EnvironmentNames.Listener)) is { } text)
        {
            var listener = Number(EnvironmentNames.Listener, text, ProcessSpec.FirstInherited, ushort.MaxValue);
            options = options with { Listener = (uint)listener };
        }

        return NullIfEmpty(environment(EnvironmentNames.Port)) is { } port
            ? options with { Port = Number(EnvironmentNames.Port, port, 1, ushort.MaxValue) }
            : options;
    }

    private static SizeLimits ReadLimits(Func<string, string?> environment)
    {
        var limits = new SizeLimits();
        if (NullIfEmpty(environment(EnvironmentNames.MaxBody)) is { } body)
            limits = limits with { Body = SizeLimits.Parse(EnvironmentNames.MaxBody, body) };
        if (NullIfEmpty(environment(EnvironmentNames.MaxSetup)) is { } setup)
            limits = limits with { Setup = SizeLimits.Parse(EnvironmentNames.MaxSetup, setup) };
        if (NullIfEmpty(environment(EnvironmentNames.MaxFiles)) is { } files)
            limits = limits with { Files = SizeLimits.Parse(EnvironmentNames.MaxFiles, files) };
        return limits;
    }

    private static (string Name, string? Inline) Split(string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }

    private static WorkerMode ParseMode(string text) => text switch
    {
        "chromium" => WorkerMode.Chromium,
        "simulated" => WorkerMode.Simulated,
        _ => throw new ArgumentException($"--mode must be chromium or simulated, not '{text}'"),
    };

    private static RecordMode ParseRecord(string? text) => text is null ? RecordMode.Off : RecordModes.Parse(text)
        ?? throw new ArgumentException($"{EnvironmentNames.Record} must be off, events or frames, not '{text}'");

    private static EgressRules ParseEgress(string text)
    {
        try
        {
            return EgressRules.Parse(text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
        catch (FormatException e)
        {
            throw new ArgumentException($"{EnvironmentNames.Egress}: {e.Message}", e);
        }
    }

    private static int Number(string name, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new ArgumentException($"{name} must be a number from {least} to {most}, not '{text}'");

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
