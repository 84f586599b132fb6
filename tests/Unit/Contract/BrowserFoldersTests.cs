using System.Text;
using Steelyard.Contract;

namespace Steelyard.Tests.Unit.Contract;

public sealed class BrowserFoldersTests
{
    private static readonly BrowserFolders Folders = new("/run/w1/steel-1/downloads", ["/usr/lib", "/data"]);

    [Fact]
    public void What_is_written_is_read_back()
    {
        var read = BrowserFolders.TryRead(Folders.ToJson().Span)!;
        Assert.Equal(Folders.Downloads, read.Downloads);
        Assert.Equal(Folders.Readable, read.Readable);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"downloads":1,"readable":[]}""")]
    [InlineData("""{"downloads":"/d","readable":"/"}""")]
    public void Anything_else_is_no_answer(string json) => Assert.Null(BrowserFolders.TryRead(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("/run/w1/steel-1/downloads/a.txt", true)]
    [InlineData("/run/w1/steel-1/downloads", true)]
    [InlineData("/run/w1/steel-1/downloads2/a.txt", false)]
    [InlineData("/data/x/y", true)]
    [InlineData("/database", false)]
    [InlineData("/etc/passwd", false)]
    public void A_browser_reads_its_own_files_and_some_folders(string path, bool canRead) => Assert.Equal(canRead, Folders.CanRead(path));

    [Fact]
    public void Without_limits_it_reads_everything() => Assert.True(new BrowserFolders("/d", ["/"]).CanRead("/etc/passwd"));
}
