using SteelBrowser;
using SteelBrowser.Http;

namespace Steelyard.Tests.Unit.BundledWorker;

public sealed class WorkerOptionsTests
{
    [Fact]
    public void Options_and_variables_are_read()
    {
        var options = Parse(
            [
                "--mode", "simulated", "--browser=/b=c", "--browser-arg", "--x=1", "--browser-arg=--y", "--no-sandbox",
                "--faults", "crash@get=1", "--fault-seed=7",
            ],
            ("PORT", "3001"), ("STEEL_WORKER_DIR", "/w"), ("STEEL_BROWSER_PATH", "/other"));
        Assert.Equal(
            (3001, WorkerMode.Simulated, "/b=c", "/w", true, 7),
            (options.Port, options.Mode, options.BrowserPath, options.Directory, options.NoSandbox, options.FaultSeed));
        Assert.Equal(["--x=1", "--y"], options.BrowserArguments);
        Assert.Single(options.Faults);
    }

    [Fact]
    public void Without_any_there_is_a_default()
    {
        var options = Parse([], ("PORT", ""), ("STEEL_WORKER_DIR", ""));
        Assert.Equal((3000, WorkerMode.Chromium, null, null), (options.Port, options.Mode, options.BrowserPath, options.Directory));
        Assert.True(Parse(["--help", "--nonsense"]).Help);
    }

    [Fact]
    public void Sizes_have_units_and_the_command_line_comes_before_the_environment()
    {
        var limits = Parse(
            ["--max-file=3KiB", "--max-files", "1GiB", "--max-setup=2MiB"],
            ("STEEL_MAX_BODY", "4194304"),
            ("STEEL_MAX_SETUP", "7")).Limits;
        Assert.Equal(new SizeLimits { Body = 4 << 20, Setup = 2 << 20, File = 3 << 10, Files = 1 << 30 }, limits);
        Assert.Equal(new(), Parse([], ("STEEL_MAX_BODY", "")).Limits);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("KiB")]
    [InlineData("1.5MiB")]
    [InlineData("1 MiB")]
    [InlineData("1MB")]
    [InlineData("1mib")]
    [InlineData("2GiB")]
    [InlineData("1073741825")]
    [InlineData("99999999999999999999")]
    public void What_is_no_size_is_refused_in_words(string size)
    {
        Assert.Contains(
            "--max-file",
            Assert.Throws<ArgumentException>(() => Parse([$"--max-file={size}"])).Message,
            StringComparison.Ordinal);
        if (size.Length > 0)
        {
            Assert.Contains(
                "STEEL_MAX_BODY",
                Assert.Throws<ArgumentException>(() => Parse([], ("STEEL_MAX_BODY", size))).Message,
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("--nonsense")]
    [InlineData("simulated")]
    [InlineData("--mode")]
    [InlineData("--mode=Chromium")]
    [InlineData("--no-sandbox=1")]
    [InlineData("--fault-seed=-1")]
    [InlineData("--fault-seed=99999999999")]
    [InlineData("--faults=crash")]
    public void What_cannot_be_meant_is_refused_in_words(string argument) =>
        Assert.NotEmpty(Assert.Throws<ArgumentException>(() => Parse([argument])).Message);

    [Theory]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("-1")]
    [InlineData("+80")]
    [InlineData(" 80")]
    [InlineData("http")]
    public void A_port_is_a_number_from_1_to_65535(string port) =>
        Assert.Contains("PORT", Assert.Throws<ArgumentException>(() => Parse([], ("PORT", port))).Message, StringComparison.Ordinal);

    private static WorkerOptions Parse(string[] arguments, params (string Name, string Value)[] variables) =>
        WorkerOptions.Parse(
            arguments,
            name => variables.Where(variable => variable.Name == name).Select(variable => variable.Value).FirstOrDefault());
}
