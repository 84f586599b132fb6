using Steelyard.Contract;
using Steelyard.Hosting;
using Steelyard.Workers;

namespace Steelyard.Tests.Unit.Hosting;

public sealed class ExposureTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public ExposureTests() => File.SetUnixFileMode(folder.Root, (UnixFileMode)Convert.ToInt32("755", 8));

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("", true, "644", true)]
    [InlineData("/keys", true, "644", true)]
    [InlineData("/key", true, "644", false)]
    [InlineData("", true, "600", false)]
    [InlineData("", false, "600", true)]
    public void Keys_that_a_browser_may_read_are_named(string below, bool ownUser, string mode, bool told)
    {
        var keys = folder.Write("keys", "key");
        File.SetUnixFileMode(keys, (UnixFileMode)Convert.ToInt32(mode, 8));
        var warnings = Warnings(folder.Root + below, ownUser, keys);
        Assert.Equal(
            told,
            warnings.Any(
                warning => warning.Contains(keys, StringComparison.Ordinal)
                    && warning.Contains("--api-key-file", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_link_hides_nothing()
    {
        Directory.CreateDirectory(folder.At("real"));
        var keys = folder.Write("real/keys", "key");
        Directory.CreateSymbolicLink(folder.At("way"), "real");
        Assert.Single(Warnings(folder.At("way"), ownUser: false, keys));
        Assert.Single(Warnings(folder.At("real"), ownUser: false, folder.At("way/keys")));

        // The browser need not pass through the closed folder.
        Directory.CreateDirectory(folder.At("closed"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(folder.At("closed/keys"), keys);
        Assert.Single(Warnings(folder.At("real"), ownUser: true, folder.At("closed/keys")));
    }

    [Fact]
    public void The_secret_of_the_run_directory_is_named()
    {
        Directory.CreateDirectory(folder.At("run"));
        folder.Write("run/secret", "x");
        Assert.Single(Exposure.Warnings(new() { RunDirectory = folder.At("run") }, Isolation(folder.Root, ownUser: false)));
    }

    private static List<string> Warnings(string readable, bool ownUser, string keys) =>
        [.. Exposure.Warnings(new() { ApiKeyFile = keys, RunDirectory = "/none" }, Isolation(readable, ownUser))];

    private static BrowserIsolation Isolation(string readable, bool ownUser)
    {
        var on = new Guard(true, null);
        var isolation = new BrowserIsolation();
        isolation.Take(new(on, new(ownUser, null), on, on) { Readable = [readable] });
        return isolation;
    }
}
