using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Steelyard.Tests.Unit.Architecture;

/// <summary>Rules about the source that no compiler checks. What the projects may use of each other stands in their files.</summary>
public sealed partial class ArchitectureTests
{
    private const int MaxLines = 250;

    // A folder may use those of the layers before its own, and no other: so there is no cycle. "" is the root, which puts all together.
    private static readonly Dictionary<string, string[][]> Layers = new()
    {
        ["orchestrator"] =
        [
            ["Settings", "Async", "Tracing"],
            ["Connections", "History", "Records", "WorkerHttp"],
            ["Events", "Machine"],
            ["Recordings"],
            ["Workers"],
            ["Pool"],
            ["Sessions"],
            ["LiveView", "Recovery", "Http"],
            ["Cluster"],
            ["Cluster/Views"],
            ["Cdp", "Requests"],
            [
                "Api", "Dialects/Browserless", "Dialects/Challenge", "Dialects/Connect", "Dialects/Dashboard", "Dialects/DevTools",
                "Dialects/Events", "Dialects/LiveView", "Dialects/Operator", "Dialects/Steel", "Dialects/WebDriver", "Hosting",
                "Telemetry", "Webhooks",
            ],
            ["Doctor"],
            [""],
        ],
        ["worker"] =
        [
            ["Diagnostics", "DevTools", "Http"],
            ["Files", "Relay"],
            ["Confinement"],
            ["Recording", "Sessions"],
            ["Chromium"],
            ["Pages"],
            ["Computer"],
            ["Faults", "Live", "Setup"],
            ["Extras"],
            [""],
        ],
    };

    private static readonly Dictionary<string, (Type Any, string Root)> Programs = new()
    {
        ["orchestrator"] = (typeof(Steelyard.Node), "Steelyard"),
        ["worker"] = (typeof(SteelBrowser.Sessions.SimulatedHost), "SteelBrowser"),
    };

    private static readonly Dictionary<string, string> Roots = new()
    {
        ["cli"] = "Steelyard.Cli",
        ["client"] = "Steelyard.Client",
        ["contract"] = "Steelyard.Contract",
        ["dashboard"] = "Steelyard.Dashboard",
        ["fabric"] = "Steelyard.Fabric",
        ["files"] = "Steelyard.Files",
        ["orchestrator"] = "Steelyard",
        ["processes"] = "Steelyard.Processes",
        ["worker"] = "SteelBrowser",
    };

    public static IEnumerable<TheoryDataRow<string>> Files =>
        Roots.Keys.SelectMany(Sources).Select(path => new TheoryDataRow<string>(path));

    [Fact]
    public void There_is_something_to_check()
    {
        Assert.True(Files.Count() > 300);
        Assert.Contains("orchestrator/Program.cs", Sources("orchestrator"));
        Assert.Contains("orchestrator/Pool/WorkerPool.cs", Sources("orchestrator"));
    }

    [Theory]
    [InlineData("orchestrator")]
    [InlineData("worker")]
    public void Folders_use_only_those_of_lower_layers(string program)
    {
        var (any, root) = Programs[program];
        var layers = Layers[program];
        var dependencies = new Dependencies(any.Assembly.Location, root);
        Assert.Empty(dependencies.Folders
            .Where(folder => Layer(folder) < 0)
            .Select(folder => $"{folder} is new: enter it into a layer of this test"));
        Assert.Empty(dependencies.Found
            .Where(pair => Layer(pair.Key.From) <= Layer(pair.Key.To))
            .Select(pair => $"{pair.Key}: {pair.Value}"));
        Assert.True(dependencies.Found.Count > 20);

        int Layer(string folder) => Array.FindIndex(layers, layer => layer.Contains(folder));
    }

    // The compiled code does not show the uses of constants. Each using is needed, or the build fails.
    [Theory]
    [MemberData(nameof(Files))]
    public void Files_import_only_lower_layers(string path)
    {
        var parts = Path.GetDirectoryName(path)!.Split('/');
        if (!Layers.TryGetValue(parts[0], out var layers))
            return;
        var own = Layer(string.Join('/', parts[1..]));
        var imported = Import().Matches(Code(path))
            .Where(match => match.Groups[1].Value == Roots[parts[0]])
            .Select(match => match.Groups[2].Value.Replace('.', '/'));
        Assert.DoesNotContain(imported, folder => Layer(folder) >= 0 && Layer(folder) >= own);

        int Layer(string folder) => Array.FindIndex(layers, layer => layer.Contains(folder));
    }

    [Theory]
    [InlineData("cli", "Client Contract Processes")]
    [InlineData("client", "")]
    [InlineData("contract", "")]
    [InlineData("dashboard", "Client")]
    [InlineData("fabric", "")]
    [InlineData("files", "")]
    [InlineData("orchestrator", "Cli Contract Fabric Files Processes")]
    [InlineData("processes", "")]
    [InlineData("worker", "Contract Files Processes")]
    public void Projects_refer_to_these_and_no_source_is_compiled_into_two(string project, string references)
    {
        var file = XDocument.Load(Directory.GetFiles(Path.Combine(Repository.Root, project), "*.csproj").Single());
        var found = file.Descendants("ProjectReference")
            .Select(item => Path.GetFileNameWithoutExtension((string)item.Attribute("Include")!));
        Assert.Equal(references, string.Join(' ', found.Order()));
        Assert.Empty(file.Descendants("Compile"));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_namespace_is_the_folder(string path)
    {
        var declared = Namespace().Match(Read(path));
        if (Path.GetFileName(path) == "Program.cs")
        {
            Assert.False(declared.Success);
            return;
        }

        var parts = Path.GetDirectoryName(path)!.Split('/');
        Assert.Equal(string.Join('.', [Roots[parts[0]], .. parts[1..]]), declared.Groups[1].Value);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void No_file_is_longer_than_two_hundred_and_fifty_lines(string path) =>
        Assert.True(Read(path).Split('\n').Length <= MaxLines, $"{path} has {Read(path).Split('\n').Length} lines: split it by concern");

    [Fact]
    public void Half_of_the_files_are_shorter_than_a_hundred_lines()
    {
        var lengths = Files.Select(row => Read(row.Data).Split('\n').Length).Order().ToList();
        Assert.True(lengths[lengths.Count / 2] < 100, $"the median is {lengths[lengths.Count / 2]}");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Nothing_uses_the_process_class_whose_reaper_ends_the_program(string path) =>
        Assert.DoesNotMatch(ForeignProcess(), Code(path));

    [Theory]
    [MemberData(nameof(Files))]
    public void Only_the_history_knows_its_database(string path)
    {
        if (!path.StartsWith("orchestrator/History/", StringComparison.Ordinal))
            Assert.DoesNotMatch(Database(), Code(path));
    }

    [Theory]
    [InlineData("using var p = System.Diagnostics.Process.Start(\"x\");", true)]
    [InlineData("var p = Process.GetCurrentProcess();", true)]
    [InlineData("new ProcessStartInfo(\"x\")", true)]
    [InlineData("OsProcess.Start(new(\"/bin/sh\", []))", false)]
    [InlineData("record.Process", false)]
    public void The_check_itself_tells_the_two_kinds_of_process_apart(string line, bool foreign) =>
        Assert.Equal(foreign, ForeignProcess().IsMatch(line));

    [Fact]
    public void The_check_itself_sees_uses_in_bodies_signatures_and_nested_types()
    {
        var found = new Dependencies(typeof(ArchitectureTests).Assembly.Location, "Steelyard.Tests").Found;
        Assert.Contains(("Unit/Architecture", "Unit"), found.Keys); // Repository, in bodies and lambdas only.
        Assert.Contains(("Unit/WorkerHttp", "Unit/Machine"), found.Keys);
        Assert.DoesNotContain(("Unit", "Unit/Architecture"), found.Keys);
    }

    private static string Code(string path) =>
        string.Join('\n', Read(path).Split('\n').Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));

    private static string Read(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));

    private static IEnumerable<string> Sources(string project) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, project), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Where(path => path.Split('/')[1] is not ("bin" or "obj") && !path.Contains("/node_modules/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^using (?:static |\w+ = )?(Steelyard|SteelBrowser)\.([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Import();

    [GeneratedRegex("Microsoft\\.Data\\.Sqlite|SQLitePCL")]
    private static partial Regex Database();

    [GeneratedRegex(@"System\.Diagnostics\.Process\b|\bProcessStartInfo\b|\bnew Process\(|(?<![\w.])Process\.(Start|Get|Enter|Leave)")]
    private static partial Regex ForeignProcess();
}
