using Steelyard.Tests.Unit.Processes;

namespace Steelyard.Tests.Unit.Architecture;

/// <summary>No edit leaves an old program behind: make knows all that each program is built from.</summary>
public sealed class MakefileTests
{
    private const string Orchestrator = "artifacts/orchestrator/steelyard";
    private const string Worker = "artifacts/worker/steel-browser";

    [Theory]
    [InlineData(Orchestrator, "orchestrator/Node.cs", true)]
    [InlineData(Orchestrator, "orchestrator/LiveView/page.html", true)]
    [InlineData(Orchestrator, "orchestrator/packages.lock.json", true)]
    [InlineData(Orchestrator, "contract/Egress/EgressRules.cs", true)]
    [InlineData(Orchestrator, "processes/Spawn.cs", true)]
    [InlineData(Orchestrator, "files/FileTree.cs", true)]
    [InlineData(Orchestrator, "files/Files.csproj", true)]
    [InlineData(Orchestrator, "Directory.Packages.props", true)]
    [InlineData(Orchestrator, "worker/Program.cs", false)]
    [InlineData(Worker, "worker/Program.cs", true)]
    [InlineData(Worker, "worker/Pages/Scripts/scrape.js", true)]
    [InlineData(Worker, "worker/Pages/Scripts/package-lock.json", true)]
    [InlineData(Worker, "contract/Egress/EgressRules.cs", true)]
    [InlineData(Worker, "processes/Spawn.cs", true)]
    [InlineData(Worker, "files/FileTree.cs", true)]
    [InlineData(Worker, "Directory.Build.props", true)]
    [InlineData(Worker, "orchestrator/Node.cs", false)]
    public async Task A_program_is_built_anew_after_an_edit_of_what_it_is_made_of(string program, string edited, bool isStale)
    {
        Assert.True(File.Exists(Path.Combine(Repository.Root, edited)), $"there is no {edited}");
        if (!await IsUpToDateAsync(program))
            Assert.Skip($"{program} is not up to date: run `make build`");
        Assert.Equal(isStale, !await IsUpToDateAsync("-W", edited, program));
    }

    // -q only asks, and -W takes a file for edited just now. The make that runs the tests tells its own options in the environment.
    private static async Task<bool> IsUpToDateAsync(params string[] words)
    {
        using var shell = new Shell();
        var status = await shell.RunAsync($"exec env -u MAKEFLAGS -u MFLAGS make -q -C '{Repository.Root}' {string.Join(' ', words)}");
        Assert.True(status.Code is 0 or 1, $"make cannot tell: {status}: {shell.Output()}");
        return status.Code == 0;
    }
}
