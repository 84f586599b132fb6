using Steelyard.Cdp;
using Steelyard.Files;

namespace Steelyard.Tests.Unit.Cdp;

public sealed class ClientFolderTests : IDisposable
{
    private const string Name = "0b6c.bin";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryFolder folder = new();
    private readonly string downloads;
    private readonly string client;

    public ClientFolderTests()
    {
        downloads = Directory.CreateDirectory(Path.Combine(folder.Root, "downloads")).FullName;
        client = Directory.CreateDirectory(Path.Combine(folder.Root, "client"), Private).FullName;
        File.WriteAllText(Path.Combine(downloads, Name), "content");
    }

    [Fact]
    public void A_download_is_copied_for_its_owner_only()
    {
        Assert.Null(Copy(client + "/"));
        var copy = Path.Combine(client, Name);
        Assert.Equal("content", File.ReadAllText(copy));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(copy));
    }

    [Fact]
    public void No_file_is_replaced()
    {
        File.WriteAllText(Path.Combine(client, Name), "mine");
        Assert.Equal("it has a file of that name already", Copy(client));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(client, Name)));
    }

    [Fact]
    public void Nothing_is_written_through_a_link()
    {
        var target = Path.Combine(folder.Root, "target");
        File.CreateSymbolicLink(Path.Combine(client, Name), target);
        Assert.NotNull(Copy(client));
        var link = Path.Combine(folder.Root, "link");
        Directory.CreateSymbolicLink(link, client);
        Assert.NotNull(Copy(link));
        Directory.CreateDirectory(Path.Combine(client, "inner"));
        Assert.NotNull(Copy(Path.Combine(link, "inner")));
        Assert.False(File.Exists(target));
        Assert.Empty(Directory.GetFiles(Path.Combine(client, "inner")));
    }

    [Fact]
    public void Only_folders_for_temporary_files_count_and_only_those_of_the_client()
    {
        string[] others = ["/", "/tmp", "/etc", "relative", "/tmp/../etc", "/root", client + "/none", "/var/tmp/../../etc"];
        foreach (var other in others)
            Assert.Equal("it is no folder for temporary files on this machine", Copy(other));
        var user = FileCalls.CurrentUser();
        Assert.Equal(
            user == 0 ? "it does not belong to the client's user" : "the client runs as another user than the node",
            ClientFolder.Copy(client, user + 1, downloads, FileName.Of(Name), default));
        Assert.Empty(Directory.GetFiles(client));
    }

    [Fact]
    public void A_folder_that_others_may_use_gets_nothing()
    {
        File.SetUnixFileMode(client, Private | UnixFileMode.OtherExecute);
        Assert.Equal("others may use it, too: its mode must be 0700", Copy(client));
        Assert.Empty(Directory.GetFiles(client));
    }

    [Fact]
    public void A_download_that_is_no_plain_file_is_not_read()
    {
        File.Delete(Path.Combine(downloads, Name));
        File.CreateSymbolicLink(Path.Combine(downloads, Name), "/etc/passwd");
        Assert.Equal("the download is not a plain file of the browser's", Copy(client));
        Assert.Empty(Directory.GetFiles(client));
    }

    [Fact]
    public void A_cancelled_copy_leaves_nothing()
    {
        Assert.Throws<OperationCanceledException>(
            () => ClientFolder.Copy(client, FileCalls.CurrentUser(), downloads, FileName.Of(Name), new CancellationToken(canceled: true)));
        Assert.Empty(Directory.GetFiles(client));
    }

    public void Dispose() => folder.Dispose();

    private string? Copy(string to) => ClientFolder.Copy(to, FileCalls.CurrentUser(), downloads, FileName.Of(Name), default);
}
