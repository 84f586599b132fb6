using Microsoft.Extensions.Configuration;
using Steelyard.Hosting;
using Steelyard.Settings;

namespace Steelyard.Tests.Unit.Hosting;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("192.168.1.5")]
    public void A_bind_beyond_loopback_without_a_key_is_refused_and_the_message_names_the_ways_out(string bind)
    {
        var e = Assert.Throws<ArgumentException>(() => OptionChecks.Complete(new() { Bind = bind }));
        Assert.Contains(bind, e.Message, StringComparison.Ordinal);
        Assert.Contains("--api-key", e.Message, StringComparison.Ordinal);
        Assert.Contains("--allow-anonymous", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bind_beyond_loopback_is_allowed_with_a_key() =>
        Assert.Equal("0.0.0.0", OptionChecks.Complete(new() { Bind = "0.0.0.0", ApiKeys = ["k"] }).Bind);

    [Fact]
    public void A_bind_beyond_loopback_is_allowed_when_asked_for() =>
        Assert.Equal("::", OptionChecks.Complete(new() { Bind = "::", AllowAnonymous = true }).Bind);

    [Fact]
    public void A_node_that_is_alone_redirects_nobody() => Assert.Contains(
        "--cluster",
        Assert.Throws<ArgumentException>(() => OptionChecks.Complete(new() { Redirect = new("http://n1:8080") })).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.53")]
    [InlineData("::1")]
    public void A_bind_to_loopback_needs_no_key(string bind) => Assert.Equal(bind, OptionChecks.Complete(new() { Bind = bind }).Bind);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    public void A_hang_timeout_not_longer_than_the_probe_interval_is_refused(int probe, int hang)
    {
        var options = new Options { ProbeInterval = TimeSpan.FromSeconds(probe), HangTimeout = TimeSpan.FromSeconds(hang) };
        Assert.Contains(
            "--hang-timeout",
            Assert.Throws<ArgumentException>(() => OptionChecks.Complete(options)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_for_browsers_within_another_is_refused()
    {
        Assert.Contains(
            "/a/b",
            Assert.Throws<ArgumentException>(() => OptionChecks.Complete(new() { BrowserFolders = ["/a/b", "/a"] })).Message,
            StringComparison.Ordinal);
        Assert.Equal(3, OptionChecks.Complete(new() { BrowserFolders = ["/a/b", "/a/bc", "/a/b"] }).BrowserFolders.Count);
    }

    [Fact]
    public void What_depends_on_the_machine_is_filled_in()
    {
        var options = OptionChecks.Complete(new() { Port = 4711 });
        Assert.True(Path.IsPathRooted(options.RunDirectory));
        Assert.Equal("4711", Path.GetFileName(options.RunDirectory));
    }

    [Fact]
    public void The_data_directory_goes_by_the_port_and_there_is_none_where_no_history_is_wanted_or_the_port_is_chosen_anew()
    {
        Assert.EndsWith("steelyard/4711", OptionChecks.Complete(new() { Port = 4711 }).DataDirectory, StringComparison.Ordinal);
        Assert.True(Path.IsPathRooted(OptionChecks.Complete(new() { Port = 4711 }).DataDirectory));
        Assert.Equal("/data", OptionChecks.Complete(new() { Port = 0, DataDirectory = "/data" }).DataDirectory);
        Assert.Equal("", OptionChecks.Complete(new() { Port = 0 }).DataDirectory);
        Assert.Equal("", OptionChecks.Complete(new() { Port = 4711, DataDirectory = "" }).DataDirectory);
        Assert.Equal("", OptionChecks.Complete(new() { Port = 4711, DataDirectory = "/data", History = false }).DataDirectory);
    }

    [Fact]
    public void What_was_given_is_left_as_it_is()
    {
        var options = OptionChecks.Complete(new() { StartConcurrency = 1, RunDirectory = "/somewhere" });
        Assert.Equal(1, options.StartConcurrency);
        Assert.Equal("/somewhere", options.RunDirectory);
    }

    [Fact]
    public async Task No_option_at_all_gives_the_defaults()
    {
        var options = await ParseAsync([]);
        Assert.Equal("127.0.0.1", options!.Bind);
        Assert.Equal(8080, options.Port);
        Assert.Equal(4, options.Warm);
        Assert.Equal(TimeSpan.FromSeconds(60), options.SessionTtl);
        Assert.Empty(options.ApiKeys);
    }

    [Fact]
    public async Task The_command_line_goes_before_the_environment_and_that_before_the_settings_file()
    {
        Dictionary<string, string?> all = new() { ["STEELYARD_MAX_WORKERS"] = "7", ["max-workers"] = "6" };
        Assert.Equal(8, (await ParseAsync(["--max-workers", "8"], all))!.MaxWorkers);
        Assert.Equal(7, (await ParseAsync([], all))!.MaxWorkers);
        Assert.Equal(6, (await ParseAsync([], new() { ["max-workers"] = "6" }))!.MaxWorkers);
    }

    [Fact]
    public async Task A_key_may_be_given_several_times() =>
        Assert.Equal(["a", "b"], (await ParseAsync(["--api-key", "a", "--api-key", "b"]))!.ApiKeys);

    [Fact]
    public async Task A_worker_may_have_arguments() =>
        Assert.Equal("simulated --faults crash", (await ParseAsync(["--worker", "simulated --faults crash"]))!.Worker);

    [Fact]
    public async Task A_switch_works_without_a_value() =>
        Assert.True((await ParseAsync(["--bind", "0.0.0.0", "--allow-anonymous"]))?.AllowAnonymous);

    [Fact]
    public async Task A_switch_works_from_the_environment() =>
        Assert.True((await ParseAsync(["--bind", "0.0.0.0"], new() { ["STEELYARD_ALLOW_ANONYMOUS"] = "true" }))?.AllowAnonymous);

    [Fact]
    public async Task An_empty_key_from_the_environment_opens_nothing() =>
        Assert.Null(await ParseAsync(["--bind", "0.0.0.0"], new() { ["STEELYARD_API_KEY"] = "" }));

    [Theory]
    [InlineData("--api-key", "alice:")]
    [InlineData("--operator-key", "boss:")]
    [InlineData("--api-key", ":")]
    public async Task A_name_without_a_key_does_not_make_the_empty_word_one(string option, string value) =>
        Assert.Null(await ParseAsync([option, value]));

    [Theory]
    [InlineData("--port", "http")]
    [InlineData("--port", "65536")]
    [InlineData("--bind", "myhost")]
    [InlineData("--prot", "80")]
    [InlineData("--port")]
    [InlineData("port", "80")]
    [InlineData("--session-ttl", "60")]
    [InlineData("--bind", "0.0.0.0")]
    public async Task Bad_options_are_exit_status_2_and_nothing_runs(params string[] arguments)
    {
        var ran = false;
        var status = await CommandLine.RunAsync(arguments, () => Configuration([]), _ =>
        {
            ran = true;
            return Task.FromResult(0);
        }, []);
        Assert.Equal(CommandLine.BadOptions, status);
        Assert.False(ran);
    }

    [Fact]
    public async Task An_unknown_option_does_not_run() => Assert.Null(await ParseAsync(["--no-such-option", "1"]));

    [Fact]
    public async Task The_exit_status_is_that_of_the_run() =>
        Assert.Equal(42, await CommandLine.RunAsync([], () => Configuration([]), _ => Task.FromResult(42), []));

    [Fact]
    public async Task A_list_in_the_settings_file_gives_every_value() => Assert.Equal(
        ["a", "b"], (await ParseAsync([], new() { ["api-key:0"] = "a", ["api-key:1"] = "b" }))!.ApiKeys);

    [Fact]
    public async Task A_misspelt_name_in_the_settings_file_is_refused() => Assert.Null(await ParseAsync([], new() { ["prot"] = "9000" }));

    [Fact]
    public async Task A_misspelt_variable_is_refused() => Assert.Null(await ParseAsync([], new() { ["STEELYARD_PROT"] = "9000" }));

    [Theory]
    [InlineData("--worker-stop-grace", "4s")]
    [InlineData("--max-workers", "10000", "--worker-ports", "20000-20099")]
    public async Task Options_that_do_not_fit_together_are_refused(params string[] arguments) => Assert.Null(await ParseAsync(arguments));

    // Returns the options of the run; null when it did not run.
    private static async Task<Options?> ParseAsync(string[] arguments, Dictionary<string, string?>? settings = null)
    {
        Options? seen = null;
        await CommandLine.RunAsync(arguments, () => Configuration(settings ?? []), options =>
        {
            seen = options;
            return Task.FromResult(0);
        }, []);
        return seen;
    }

    private static IConfiguration Configuration(Dictionary<string, string?> settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
}
