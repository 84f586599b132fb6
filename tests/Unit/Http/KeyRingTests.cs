using Steelyard.Http;
using Steelyard.Settings;

namespace Steelyard.Tests.Unit.Http;

public sealed class KeyRingTests
{
    [Fact]
    public void Keys_of_the_file_are_added_and_revoked_by_reading_it_again_and_all_others_stay()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("keys", "alice:a\nbob:b\n");
        var keys = new KeyRing(new() { ApiKeys = ["fixed"], OperatorKeys = ["boss:o"], ApiKeyFile = file });
        Assert.Equal(("alice", "bob"), (keys.Find("a")?.Name, keys.Find("b")?.Name));
        folder.Write("keys", "bob:b\ncarol:c\n");
        Assert.NotNull(keys.Find("a"));
        Assert.Equal(4, keys.Reload());
        Assert.Equal((null, "bob", "carol"), (keys.Find("a")?.Name, keys.Find("b")?.Name, keys.Find("c")?.Name));
        Assert.NotNull(keys.Find("fixed"));
        Assert.True(keys.Find("o")!.IsOperator);
    }

    [Theory]
    [InlineData("bob:\n")]
    [InlineData(null)]
    public void A_file_that_cannot_be_read_leaves_the_keys_as_they_were(string? content)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("keys", "alice:a\n");
        var keys = new KeyRing(new() { ApiKeyFile = path });
        if (content is null)
            File.Delete(path);
        else
            folder.Write("keys", content);
        Assert.Throws<KeyFileException>(() => keys.Reload());
        Assert.NotNull(keys.Find("a"));
    }

    [Fact]
    public void A_name_without_a_key_in_the_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("keys", "# ours\nalice:sesame\nbob:\n");
        var refused = Assert.Throws<KeyFileException>(() => new KeyRing(new() { ApiKeyFile = path }));
        Assert.Contains("bob:", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_keys_does_not_open_the_node()
    {
        using var folder = new TemporaryFolder();
        Assert.False(new KeyRing(new() { ApiKeyFile = folder.Write("keys", "# none yet\n") }).IsEmpty);
        Assert.True(new KeyRing(new()).IsEmpty);
    }

    [Fact]
    public void A_key_that_is_an_operators_and_in_the_file_is_an_operators()
    {
        using var folder = new TemporaryFolder();
        var keys = new KeyRing(new() { OperatorKeys = ["boss:k"], ApiKeyFile = folder.Write("keys", "alice:k\n") });
        Assert.True(keys.Find("k")!.IsOperator);
    }

    [Fact]
    public void A_node_that_loses_its_last_key_does_not_become_open()
    {
        using var folder = new TemporaryFolder();
        var keys = new KeyRing(new() { ApiKeyFile = folder.Write("keys", "alice:a\n") });
        folder.Write("keys", "");
        Assert.Equal(0, keys.Reload());
        Assert.False(keys.IsEmpty);
        Assert.Null(keys.Find("a"));
    }
}
