using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>The commands that talk to a node.</summary>
public sealed class CliTests : IAsyncLifetime
{
    private TestNode node = null!;

    public async ValueTask InitializeAsync() => node = await TestNode.StartAsync(options => options with
    {
        ApiKeys = ["team:team-key", "other:other-key"],
        OperatorKeys = ["ops:ops-key"],
    });

    public async ValueTask DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task Sessions_are_created_listed_shown_and_ended()
    {
        var (status, text) = await TeamAsync("sessions", "create", "--field", "metadata={\"job\":\"7\"}", "--json");
        Assert.Equal(0, status);
        var id = (string)JsonNode.Parse(text)!["id"]!;
        Assert.Contains($"{id}", (await TeamAsync("sessions", "ls")).Text, StringComparison.Ordinal);
        Assert.Contains("job=7", (await TeamAsync("sessions", "ls")).Text, StringComparison.Ordinal);
        Assert.Contains("live on w", (await TeamAsync("sessions", "show", id)).Text, StringComparison.Ordinal);

        Assert.Equal((0, id), Trimmed(await TeamAsync("sessions", "rm", id)));
        Assert.Equal((1, true), Has(await TeamAsync("sessions", "rm", id), "The session was deleted"));
        Assert.Equal((0, true), Has(await TeamAsync("sessions", "show", id), "It was released."));
        Assert.Equal((0, true), Has(await TeamAsync("sessions", "ls", "--ended", "--reason", "deleted"), id));
    }

    [Fact]
    public async Task A_key_reaches_its_own_sessions_and_an_operator_all()
    {
        var (_, text) = await TeamAsync("sessions", "create", "--json");
        var id = (string)JsonNode.Parse(text)!["id"]!;
        Assert.DoesNotContain(id, (await RunAsync("other-key", "sessions", "ls")).Text, StringComparison.Ordinal);
        Assert.Equal((1, true), Has(await RunAsync("other-key", "sessions", "show", id), "No session"));
        Assert.Contains(id, (await RunAsync("ops-key", "sessions", "ls")).Text, StringComparison.Ordinal);
        var (_, workers) = await RunAsync("ops-key", "workers", "ls", "--json");
        var worker = JsonNode.Parse(workers)!["workers"]!.AsArray().Single(each => (string?)each!["session_id"] == id)!;
        Assert.Equal((1, true), Has(await TeamAsync("workers", "log", (string)worker["id"]!), "only an operator's key may read it"));
        Assert.Equal(0, (await RunAsync("ops-key", "workers", "stop", (string)worker["id"]!)).Status);
        await Eventually.IsTrueAsync(
            async () => Has(await TeamAsync("sessions", "show", id), "An operator stopped its worker.") == (0, true), "it is lost");
        Assert.Equal((0, true), Has(await RunAsync("ops-key", "events", "--type", "worker.*"), "is asked by the operator's key ops"));
    }

    [Fact]
    public async Task Status_tells_what_is_wrong_also_with_its_exit_status()
    {
        Assert.Equal((0, true), Has(await TeamAsync("status"), "takes sessions"));
        await using var broken = await TestNode.StartAsync(options => options with { Worker = "/bin/false" });
        await Eventually.IsTrueAsync(
            async () => Has(await Tool.RunAsync([], "status", "--url", broken.Http.BaseAddress!.ToString()), "Workers fail at their start")
                == (1, true),
            "it fails");
    }

    [Theory]
    [InlineData(3, "The node does not answer", "status", "--url", "http://127.0.0.1:1")]
    [InlineData(2, "'ftp://x' is not an http or https URL", "status", "--url", "ftp://x")]
    [InlineData(2, "'lss' is not a command", "sessions", "lss")]
    [InlineData(1, "--field x is not NAME=JSON", "sessions", "create", "--field", "x")]
    [InlineData(1, "Name the sessions to end, or give --all", "sessions", "rm")]
    [InlineData(1, "give --yes where nobody can be asked", "sessions", "rm", "--all")]
    [InlineData(1, "top draws on a terminal", "top")]
    public async Task A_mistake_is_told_in_a_line(int status, string line, params string[] words)
    {
        if (words.Contains("--all"))
            await TeamAsync("sessions", "create");
        var (actual, text) = await TeamAsync(words);
        Assert.Contains(line, text, StringComparison.Ordinal);
        Assert.Equal(status, actual);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_of_a_key_are_ended_and_none_of_another()
    {
        await TeamAsync("sessions", "create");
        await RunAsync("other-key", "sessions", "create");
        Assert.Equal(0, (await TeamAsync("sessions", "rm", "--all", "--yes")).Status);
        Assert.Empty(Sessions(await TeamAsync("sessions", "ls", "--json")));
        Assert.Single(Sessions(await RunAsync("other-key", "sessions", "ls", "--json")));
    }

    [Fact]
    public async Task Text_of_others_cannot_take_over_the_terminal()
    {
        await TeamAsync("sessions", "create", "--field", "metadata={\"job\":\"a\\u001b[31mb\"}");
        Assert.DoesNotContain('\u001b', (await TeamAsync("sessions", "ls")).Text);
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _steelyard steelyard")]
    [InlineData("zsh", "compdef _steelyard steelyard")]
    public async Task The_completion_asks_the_program(string shell, string line)
    {
        Assert.Equal((0, true), Has(await Tool.RunAsync([], "completion", shell), line));
        Assert.Equal((0, true), Has(await Tool.RunAsync([], "[suggest:19]", "steelyard sessions "), "create"));
    }

    private static JsonArray Sessions((int? Status, string Text) ran) => JsonNode.Parse(ran.Text)!["sessions"]!.AsArray();

    private static (int?, bool) Has((int? Status, string Text) ran, string text) =>
        (ran.Status, ran.Text.Contains(text, StringComparison.Ordinal));

    private static (int?, string) Trimmed((int? Status, string Text) ran) => (ran.Status, ran.Text.Trim());

    private Task<(int? Status, string Text)> TeamAsync(params string[] words) => RunAsync("team-key", words);

    private Task<(int? Status, string Text)> RunAsync(string key, params string[] words) =>
        Tool.RunAsync([$"STEELYARD_URL={node.Http.BaseAddress}", $"STEELYARD_API_KEY={key}"], words);
}
