extern alias worker;

using worker::Steelyard.Worker;

namespace Steelyard.Tests.Unit.Worker;

public sealed class WorkerOptionsTests
{
    [Fact]
    public void Options_and_variables_are_read()
    {
        var options = Parse(
            ["--mode", "simulated", "--browser=/b=c", "--browser-arg", "--x=1", "--browser-arg=--y", "--no-sandbox", "--faults", "crash@get=1", "--fault-seed=7"],
            ("PORT", "3001"), ("STEEL_WORKER_DIR", "/w"), ("STEEL_BROWSER_PATH", "/other"));
        Assert.Equal((3001, WorkerMode.Simulated, "/b=c", "/w", true, 7), (options.Port, options.Mode, options.BrowserPath, options.Directory, options.NoSandbox, options.FaultSeed));
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

    [Theory]
    [InlineData("--nonsense")]
    [InlineData("simulated")]
    [InlineData("--mode")]
    [InlineData("--mode=Chromium")]
    [InlineData("--no-sandbox=1")]
    [InlineData("--fault-seed=-1")]
    [InlineData("--fault-seed=99999999999")]
    [InlineData("--faults=crash")]
    public void What_cannot_be_meant_is_refused_in_words(string argument) => Assert.NotEmpty(Assert.Throws<ArgumentException>(() => Parse([argument])).Message);

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
        WorkerOptions.Parse(arguments, name => variables.Where(variable => variable.Name == name).Select(variable => variable.Value).FirstOrDefault());
}
