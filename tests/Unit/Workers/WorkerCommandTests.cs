using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Tests.Unit.Workers;

public sealed class WorkerCommandTests : IDisposable
{
    private const string Bundled = "/opt/steelyard/worker/steel-browser";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("auto")]
    [InlineData("")]
    [InlineData("  ")]
    public void Auto_prefers_a_steel_browser_in_the_current_directory(string value)
    {
        var own = folder.WriteProgram("steel-browser");
        Check(new(own, [], WorkerKind.Foreign), Parse(value));
    }

    [Fact]
    public void A_program_that_may_not_be_executed_is_refused_and_the_message_says_what_to_do()
    {
        folder.Write("steel-browser", "");
        Assert.Contains("chmod +x", Assert.Throws<WorkerCommandException>(() => Parse("auto")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Auto_takes_the_bundled_worker_with_a_browser_where_one_is_installed() =>
        Check(new(Bundled, ["--mode", "chromium"], WorkerKind.Chromium), Parse("auto"));

    [Fact]
    public void Auto_takes_the_bundled_simulation_where_no_browser_is_installed() =>
        Check(new(Bundled, ["--mode", "simulated"], WorkerKind.Simulated), Parse("auto", hasBrowser: false));

    [Fact]
    public void Chromium_is_what_was_asked_for_even_where_none_is_seen() =>
        Check(new(Bundled, ["--mode", "chromium", "--no-sandbox"], WorkerKind.Chromium), Parse("chromium --no-sandbox", hasBrowser: false));

    [Fact]
    public void Simulated_takes_further_arguments() =>
        Check(
            new(Bundled, ["--mode", "simulated", "--faults", "crash@create=1"], WorkerKind.Simulated),
            Parse("simulated  --faults crash@create=1"));

    [Fact]
    public void Simulated_goes_before_a_file_of_that_name()
    {
        folder.Write("simulated", "");
        Assert.Equal(WorkerKind.Simulated, Parse("simulated").Kind);
    }

    [Fact]
    public void A_relative_path_starts_at_the_current_directory()
    {
        var path = folder.WriteProgram("mine");
        Check(new(path, ["-v", "2"], WorkerKind.Foreign), Parse("./mine -v 2"));
    }

    [Fact]
    public void An_absolute_path_is_taken_as_it_is()
    {
        var path = folder.WriteProgram("mine");
        Check(new(path, [], WorkerKind.Foreign), WorkerCommand.Parse(path, "/", Bundled, hasBrowser: true));
    }

    [Fact]
    public void A_program_that_is_not_there_is_refused_with_its_full_path()
    {
        var e = Assert.Throws<WorkerCommandException>(() => Parse("./missing"));
        Assert.Contains(folder.At("missing"), e.Message, StringComparison.Ordinal);
        Assert.Contains("simulated", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_no_program() => Assert.Throws<WorkerCommandException>(() => Parse("."));

    [Theory]
    [InlineData("auto")]
    [InlineData("chromium")]
    [InlineData("simulated")]
    public void Without_a_bundled_worker_the_message_says_how_to_build_it(string value)
    {
        var e = Assert.Throws<WorkerCommandException>(() => WorkerCommand.Parse(value, folder.Root, bundled: null, hasBrowser: true));
        Assert.Contains("make build", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_bundled_worker_is_found_beside_the_program_before_any_folder_above()
    {
        var program = Directory.CreateDirectory(folder.At("a/b/bin")).FullName;
        Assert.Null(WorkerCommand.FindBundled(program) is { } path && path.StartsWith(folder.Root, StringComparison.Ordinal) ? path : null);
        Directory.CreateDirectory(folder.At("a/artifacts/worker"));
        var above = folder.Write("a/artifacts/worker/steel-browser", "");
        Assert.Equal(above, WorkerCommand.FindBundled(program));
        Directory.CreateDirectory(folder.At("a/b/bin/worker"));
        var beside = folder.Write("a/b/bin/worker/steel-browser", "");
        Assert.Equal(beside, WorkerCommand.FindBundled(program));
    }

    // Lists compare by reference, so the equality of the record does not work here.
    private static void Check(WorkerCommand expected, WorkerCommand actual)
    {
        Assert.Equal(expected.Path, actual.Path);
        Assert.Equal(expected.Arguments, actual.Arguments);
        Assert.Equal(expected.Kind, actual.Kind);
    }

    private WorkerCommand Parse(string value, bool hasBrowser = true) => WorkerCommand.Parse(value, folder.Root, Bundled, hasBrowser);
}
