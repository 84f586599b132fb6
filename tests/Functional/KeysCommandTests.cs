using Steelyard.Tests.Unit;

namespace Steelyard.Tests.Functional;

/// <summary><c>steelyard keys</c>.</summary>
public sealed class KeysCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_key_is_added_listed_and_revoked()
    {
        folder.Write("keys", "# ours\nold:1");
        Assert.Equal(0, (await RunAsync("add", "team")).Status);
        Assert.Equal("old\nteam\n", (await RunAsync("ls")).Text);
        Assert.Matches("^# ours\nold:1\nteam:[0-9a-f]{48}\n$", File.ReadAllText(folder.At("keys")));
        Assert.Equal(0, (await RunAsync("revoke", "old")).Status);
        Assert.Equal("team\n", (await RunAsync("ls")).Text);
        Assert.StartsWith("# ours\nteam:", File.ReadAllText(folder.At("keys")), StringComparison.Ordinal);
        var (status, text) = await RunAsync("revoke", "old");
        Assert.Equal(1, status);
        Assert.Contains("has no key of the name old", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_file_can_be_read_by_its_owner_only()
    {
        Assert.Equal(0, (await RunAsync("add", "team")).Status);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.At("keys")));
    }

    [Theory]
    [InlineData("a:b")]
    [InlineData("a b")]
    [InlineData("#a")]
    public async Task A_name_that_the_file_cannot_hold_is_refused(string name)
    {
        Assert.Equal(1, (await RunAsync("add", name)).Status);
        Assert.False(File.Exists(folder.At("keys")));
    }

    private Task<(int? Status, string Text)> RunAsync(params string[] words) =>
        Tool.RunAsync([], ["keys", .. words, "--file", folder.At("keys")]);
}
