using System.CommandLine;
using System.Text.Json;
using Steelyard.Hosting;
using Options = Steelyard.Settings.Options;

namespace Steelyard.Doctor;

/// <summary><c>steelyard doctor</c>: looks whether this machine can run a node, and says how to mend what is wrong.</summary>
internal static class DoctorCommand
{
    private const string Name = "doctor";

    /// <param name="settings">See <see cref="CommandLine.RunAsync"/>.</param>
    public static Command Create(Func<IConfiguration> settings)
    {
        var command = new Command(Name, "Look whether this machine can run a node (with the options of serve), and say how to mend it");
        var json = new Option<bool>("--json") { Description = "Print JSON, for scripts" };
        command.Options.Add(json);
        CommandLine.AddServe(command, settings, (options, line, stop) => RunAsync(options, Words(line), line.GetValue(json), stop));
        return command;
    }

    // The trial node gets the same options.
    private static string[] Words(ParseResult line) =>
        [.. line.Tokens.Select(token => token.Value).SkipWhile(word => word != Name).Skip(1).Where(word => word != "--json")];

    // The status is 1 when something is bad. Weak spots do not keep a node from its work.
    private static async Task<int> RunAsync(Options options, string[] words, bool isJson, CancellationToken stop)
    {
        List<Finding> findings = [];
        var running = await RunningNode.LookAsync(options);
        foreach (var finding in MachineChecks.All(options, running))
            Add(finding);
        if (findings.TrueForAll(finding => finding.Verdict != Verdict.Bad))
        {
            await foreach (var finding in new TrialNode(options, words).RunAsync(stop))
                Add(finding);
        }

        var bad = findings.Count(finding => finding.Verdict == Verdict.Bad);
        if (isJson)
            Console.WriteLine(JsonSerializer.Serialize(findings, DoctorJson.Default.ListFinding));
        else
            Console.WriteLine(bad == 0 ? "\nThis machine can run a node." : $"\n{bad} to mend.");
        return bad == 0 ? 0 : 1;

        void Add(Finding finding)
        {
            findings.Add(finding);
            if (!isJson)
                Print(finding);
        }
    }

    private static void Print(Finding finding)
    {
        var mark = finding.Verdict switch { Verdict.Good => '✓', Verdict.Weak => '!', _ => '✗' };
        Console.WriteLine($"{mark} {finding.What,-14} {finding.Detail}");
        if (finding.Remedy is { } remedy)
            Console.WriteLine($"  {"",-14} → {remedy}");
    }
}
