using System.Text.RegularExpressions;

namespace Steelyard.Tests.Unit.Architecture;

/// <summary>Rules about the source of the orchestrator that no compiler checks.</summary>
public sealed partial class ArchitectureTests
{
    private const int MaxLines = 250;
    private const string Anything = "*";

    // A folder may import these and itself. What stands in the root puts everything together, so it may import all.
    private static readonly Dictionary<string, string[]> MayImport = new()
    {
        [""] = [Anything],
        ["Processes"] = [],
        ["Egress"] = [],
        ["Files"] = [],
        ["Workers"] = ["Processes", "Files"],
        ["History"] = [],
        ["Sessions"] = ["Workers", "History"],
        ["Proxy"] = ["Sessions", "Workers"],
        ["Cluster"] = ["Sessions"],
        ["LiveView"] = ["Sessions"],
        ["Api"] = [Anything],
        ["Dashboard"] = [Anything],
        ["Telemetry"] = ["Sessions", "Workers", "Processes"],
    };

    private static readonly string Root = Path.Combine(Repository.Root, "orchestrator");

    public static IEnumerable<TheoryDataRow<string>> Files => Sources().Select(path => new TheoryDataRow<string>(path));

    [Fact]
    public void There_is_something_to_check()
    {
        Assert.True(Sources().Count > 40);
        Assert.Contains("Program.cs", Sources());
        Assert.Contains(Path.Combine("Workers", "WorkerPool.cs"), Sources());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_namespace_is_the_folder(string path)
    {
        var declared = Namespace().Match(Read(path));
        if (path == "Program.cs")
            Assert.False(declared.Success);
        else
            Assert.Equal(Folder(path) is { Length: > 0 } folder ? $"Steelyard.{folder.Replace('/', '.')}" : "Steelyard", declared.Groups[1].Value);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Imports_point_one_way(string path)
    {
        var top = Top(path);
        Assert.True(MayImport.TryGetValue(top, out var allowed), $"Folder {top} is new: say in this test what it may import.");
        var imported = Imports(path).Where(name => name != top).ToList();
        if (!allowed!.Contains(Anything))
            Assert.Empty(imported.Except(allowed));
        if (top is not ("" or "Api"))
            Assert.DoesNotContain("Api", imported);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void No_file_is_longer_than_two_hundred_and_fifty_lines(string path) =>
        Assert.True(File.ReadLines(Path.Combine(Root, path)).Count() <= MaxLines, $"{path} has {File.ReadLines(Path.Combine(Root, path)).Count()} lines: split it by concern");

    [Fact]
    public void Half_of_the_files_are_shorter_than_a_hundred_lines()
    {
        var lengths = Sources().Select(path => File.ReadLines(Path.Combine(Root, path)).Count()).Order().ToList();
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
        if (Top(path) != "History")
            Assert.DoesNotMatch(Database(), Code(path));
    }

    [Theory]
    [InlineData("using Steelyard.Api;", "Api")]
    [InlineData("global using Steelyard.Api;", "Api")]
    [InlineData("using static Steelyard.Proxy.Discovery;", "Proxy")]
    [InlineData("using Alias = Steelyard.Cluster.Fabric;", "Cluster")]
    [InlineData("    var x = new Steelyard.Sessions.Session();", "Sessions")]
    [InlineData("    var x = global::Steelyard.Sessions.Session.Of();", "Sessions")]
    [InlineData("    Api.Problem.WriteAsync();", "Api")]
    public void The_check_itself_sees_every_way_to_import(string line, string imported) => Assert.Equal([imported], ImportsIn(line));

    [Theory]
    [InlineData("// see Steelyard.Api.Problem")]
    [InlineData("/// <summary>See <see cref=\"Steelyard.Api.Problem\"/>.</summary>")]
    [InlineData("    pool.Workers.ForEach(worker => worker.Stop());")]
    [InlineData("namespace Steelyard.Workers;")]
    public void The_check_itself_takes_nothing_else_for_an_import(string line) => Assert.Empty(ImportsIn(line));

    [Theory]
    [InlineData("using var p = System.Diagnostics.Process.Start(\"x\");", true)]
    [InlineData("var p = Process.GetCurrentProcess();", true)]
    [InlineData("new ProcessStartInfo(\"x\")", true)]
    [InlineData("OsProcess.Start(new(\"/bin/sh\", []))", false)]
    [InlineData("record.Process", false)]
    public void The_check_itself_tells_the_two_kinds_of_process_apart(string line, bool foreign) => Assert.Equal(foreign, ForeignProcess().IsMatch(line));

    private static List<string> Imports(string path) => ImportsIn(Code(path));

    private static List<string> ImportsIn(string source)
    {
        var code = WithoutComments(source);
        return [.. Qualified().Matches(code).Concat(Relative().Matches(code)).Select(match => match.Groups[1].Value).Where(MayImport.ContainsKey).Distinct()];
    }

    private static string Code(string path) => WithoutComments(Read(path));

    private static string WithoutComments(string source) => string.Join('\n', source.Split('\n').Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));

    private static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string Folder(string path) => Path.GetDirectoryName(path)!;

    private static string Top(string path) => path.Contains('/', StringComparison.Ordinal) ? path[..path.IndexOf('/', StringComparison.Ordinal)] : "";

    private static List<string> Sources() =>
    [
        .. Directory.EnumerateFiles(Root, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path))
            .Where(path => Top(path) is not ("bin" or "obj"))
            .Order(StringComparer.Ordinal),
    ];

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"(?<!namespace )\bSteelyard\.(\w+)")]
    private static partial Regex Qualified();

    // Inside namespace Steelyard.X, "Y.Type" is Steelyard.Y.Type.
    [GeneratedRegex(@"(?<![\w.""])(Processes|Workers|History|Sessions|Proxy|Cluster|Api|Dashboard|Telemetry)\.[A-Z]")]
    private static partial Regex Relative();

    [GeneratedRegex("Microsoft\\.Data\\.Sqlite|SQLitePCL")]
    private static partial Regex Database();

    [GeneratedRegex(@"System\.Diagnostics\.Process\b|\bProcessStartInfo\b|\bnew Process\(|(?<![\w.])Process\.(Start|Get|Enter|Leave)")]
    private static partial Regex ForeignProcess();
}
